package io.diffusion4j.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.v1.Model;
import io.grpc.Channel;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The models that a caller may use, in the form of this API.
 *
 * @param one finds a model by its name, and the default model by the empty name
 * @param all lists all models
 */
record OpenAiModels(Function<String, Optional<Model>> one, Supplier<List<Model>> all) {
  private static final String DALL_E_2 = "dall-e-2";

  /** How the names of OpenAI's current models begin. */
  private static final String CURRENT = "gpt-image-";

  static OpenAiModels of(Channel service) {
    return new OpenAiModels(
        name -> GenerationClient.model(service, name), () -> GenerationClient.models(service));
  }

  /**
   * Returns the model that a request selects by this name: a served one, or the default model for
   * the names that clients of this API send.
   */
  Model named(String name) {
    return one.apply(name)
        .or(() -> name.equals(DALL_E_2) || isCurrent(name) ? one.apply("") : Optional.empty())
        .orElseThrow(
            () ->
                OpenAiException.refusal(
                    HttpStatus.NOT_FOUND,
                    "model: "
                        + Parameters.quote(name)
                        + " (expected: one of "
                        + all.get().stream().map(Model::getName).collect(Collectors.joining(", "))
                        + ", or "
                        + DALL_E_2
                        + " or "
                        + CURRENT
                        + "… for the default)",
                    "model",
                    "model_not_found"));
  }

  /** Whether a name is one of OpenAI's current models, whose requests have other parameters. */
  static boolean isCurrent(String name) {
    return name.startsWith(CURRENT);
  }

  /** Returns the response of {@code GET /v1/models}. */
  ObjectNode list() {
    ObjectNode list = JsonApi.object().put("object", "list");
    all.get().forEach(model -> list.withArray("data").add(toJson(model)));
    return list;
  }

  /** Returns the response of {@code GET /v1/models/{model}}. */
  ObjectNode get(String name) {
    return toJson(named(name));
  }

  /** The creation time of a model is unknown, and the field must be a number. */
  private static ObjectNode toJson(Model model) {
    return JsonApi.object()
        .put("id", model.getName())
        .put("object", "model")
        .put("created", 0)
        .put("owned_by", "diffusion4j");
  }
}
