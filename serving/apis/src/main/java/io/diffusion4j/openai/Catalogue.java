package io.diffusion4j.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpStatus;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.serving.v1.Model;
import io.grpc.Channel;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The models of a server in the form of this API. */
record Catalogue(List<Model> models) {
  /** The model name that clients of this API send; here it is the default model. */
  private static final String DALL_E_2 = "dall-e-2";

  static Catalogue of(Channel service) {
    return new Catalogue(GenerationClient.models(service));
  }

  /** Returns the model that a request selects by this name. */
  Model named(String name) {
    boolean anonymous = name.isEmpty();
    return models.stream()
        .filter(model -> anonymous ? model.getIsDefault() : model.getName().equals(name))
        .findFirst()
        .or(
            () ->
                name.equals(DALL_E_2)
                    ? models.stream().filter(Model::getIsDefault).findFirst()
                    : Optional.empty())
        .orElseThrow(
            () ->
                OpenAiException.refusal(
                    HttpStatus.NOT_FOUND,
                    "model: "
                        + Parameters.quote(name)
                        + " (expected: one of "
                        + models.stream().map(Model::getName).collect(Collectors.joining(", "))
                        + ", or "
                        + DALL_E_2
                        + " for the default)",
                    "model",
                    "model_not_found"));
  }

  /** Returns the response of {@code GET /v1/models}. */
  ObjectNode list() {
    ArrayNode data = Json.array();
    models.forEach(model -> data.add(toJson(model)));
    return Json.object().put("object", "list").set("data", data);
  }

  /** Returns the response of {@code GET /v1/models/{model}}. */
  ObjectNode get(String name) {
    return toJson(named(name));
  }

  /** The creation time of a model is unknown, and the field must be a number. */
  private static ObjectNode toJson(Model model) {
    return Json.object()
        .put("id", model.getName())
        .put("object", "model")
        .put("created", 0)
        .put("owned_by", "diffusion4j");
  }
}
