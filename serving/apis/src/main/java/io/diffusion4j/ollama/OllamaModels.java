package io.diffusion4j.ollama;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.MainStage;
import io.diffusion4j.serving.v1.Model;
import io.grpc.Channel;
import java.util.List;
import java.util.Optional;
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
    return (served.isEmpty()
            ? Optional.<Model>empty() // every request of this API names its model
            : GenerationClient.model(service, served))
        .orElseThrow(
            () ->
                OllamaException.noModel(
                    name, all().stream().map(Model::getName).collect(Collectors.joining(", "))));
  }

  private List<Model> all() {
    return GenerationClient.models(service);
  }

  /** Returns the response of {@code /api/tags}. */
  ObjectNode tags() {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    var models = list.putArray("models");
    for (Model model : all()) {
      ObjectNode tag = listed(model).put("modified_at", UNKNOWN_TIME);
      tag.putArray("capabilities").add("image");
      models.add(tag);
    }
    return list;
  }

  /** Returns the response of {@code /api/ps}: all models are loaded as long as they are served. */
  ObjectNode running() {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    var models = list.putArray("models");
    for (Model model : all()) {
      models.add(
          listed(model).put("expires_at", NEVER).put("size_vram", 0).put("context_length", 0));
    }
    return list;
  }

  /** Returns the response of {@code /api/show}. */
  static ObjectNode show(Model model) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
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
        JsonNodeFactory.instance
            .objectNode()
            .put("name", model.getName() + TAG)
            .put("model", model.getName() + TAG)
            .put("size", 0) // unknown
            .put("digest", model.getWeightsDigest().replaceFirst("^sha256:", ""));
    json.set("details", details());
    return json;
  }

  private static ObjectNode details() {
    ObjectNode details =
        JsonNodeFactory.instance
            .objectNode()
            .put("parent_model", "")
            .put("format", "safetensors")
            .put("family", "diffusion4j")
            .put("parameter_size", "")
            .put("quantization_level", "");
    details.putArray("families").add("diffusion4j");
    return details;
  }
}
