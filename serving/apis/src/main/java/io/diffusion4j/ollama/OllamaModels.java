package io.diffusion4j.ollama;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.MainStage;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.v1.Model;
import io.grpc.Channel;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The models that a caller may use, in the form of this API. */
record OllamaModels(Channel service) {
  private static final String TAG = ":latest";

  /** The time of a change of the weights is unknown, and the field must be a time. */
  private static final String UNKNOWN_TIME = "1970-01-01T00:00:00Z";

  /** The time at which a model that is never unloaded expires. */
  private static final String NEVER = "9999-12-31T23:59:59Z";

  /** Returns the model with this name, with or without {@code :latest}. */
  Model named(String name) {
    String served = name.endsWith(TAG) ? name.substring(0, name.length() - TAG.length()) : name;
    return Optional.of(served)
        .filter(given -> !given.isEmpty()) // every request of this API names its model
        .flatMap(given -> GenerationClient.model(service, given))
        .orElseThrow(() -> unknown(name));
  }

  private OllamaException unknown(String name) {
    String known =
        GenerationClient.models(service).stream()
            .map(Model::getName)
            .collect(Collectors.joining(", "));
    return OllamaException.notFound(
        "UNKNOWN_MODEL", "model: " + Errors.quote(name) + " (expected: one of " + known + ")");
  }

  /** Returns the response of {@code /api/tags}. */
  ObjectNode tags() {
    return list(
        model -> model.put("modified_at", UNKNOWN_TIME).putArray("capabilities").add("image"));
  }

  /** Returns the response of {@code /api/ps}: all models are loaded as long as they are served. */
  ObjectNode running() {
    return list(
        model -> model.put("expires_at", NEVER).put("size_vram", 0).put("context_length", 0));
  }

  private ObjectNode list(Consumer<ObjectNode> fields) {
    ObjectNode list = JsonApi.object();
    var models = list.putArray("models");
    for (Model model : GenerationClient.models(service)) {
      ObjectNode json = listed(model);
      fields.accept(json);
      models.add(json);
    }
    return list;
  }

  /** Returns the response of {@code /api/show}. */
  static ObjectNode show(Model model) {
    ObjectNode json =
        JsonApi.object()
            .put("license", model.getLicense())
            .put("parameters", parameters(model))
            .put("modified_at", UNKNOWN_TIME);
    json.set("details", details());
    json.putObject("model_info")
        .put("general.architecture", "diffusion4j")
        .put("general.description", model.getDescription())
        .put("diffusion4j.image_width", model.getImageWidth())
        .put("diffusion4j.image_height", model.getImageHeight());
    json.putArray("capabilities").add("image");
    return json;
  }

  /** Returns the defaults of the options, one a line. */
  private static String parameters(Model model) {
    return MainStage.of(model)
        .map(
            stage ->
                "steps %d%nsampler %s%nguidance_scale %s"
                    .formatted(
                        stage.getDefaultSteps(),
                        stage.getDefaultSampler(),
                        stage.getDefaultGuidanceScale()))
        .orElse("");
  }

  private static ObjectNode listed(Model model) {
    ObjectNode json =
        JsonApi.object()
            .put("name", model.getName() + TAG)
            .put("model", model.getName() + TAG)
            .put("size", 0) // unknown
            .put("digest", model.getWeightsDigest().replaceFirst("^sha256:", ""));
    json.set("details", details());
    return json;
  }

  private static ObjectNode details() {
    ObjectNode details =
        JsonApi.object()
            .put("parent_model", "")
            .put("format", "safetensors")
            .put("family", "diffusion4j")
            .put("parameter_size", "")
            .put("quantization_level", "");
    details.putArray("families").add("diffusion4j");
    return details;
  }
}
