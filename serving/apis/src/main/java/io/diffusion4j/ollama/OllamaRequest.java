package io.diffusion4j.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Splitter;
import com.google.common.collect.Iterables;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.diffusion4j.client.MainStage;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.request.OutputSize;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.SupportedSetting;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A request of {@code /api/generate}, translated to a request of the service.
 *
 * @param model the name of the model as requested
 * @param request the request for one image, as this API draws
 * @param size the size of the image in the response
 * @param stream whether the response is a stream of lines
 */
record OllamaRequest(String model, GenerateImagesRequest request, OutputSize size, boolean stream) {
  private static final int MAX_SIDE = 4096;
  private static final String ONE_IMAGE = "one image in base64";
  private static final String OPTIONS = "options";

  /** The options that are no settings of a stage. */
  private static final List<String> OWN_OPTIONS = List.of("seed", "negative_prompt", "strength");

  /** The fields of Ollama's requests that have no effect on images. */
  private static final Set<String> WITHOUT_EFFECT =
      words(
          "suffix system template context raw format keep_alive think truncate shift logprobs"
              + " top_logprobs");

  /** The options of Ollama's language models, which clients send to every model. */
  private static final Set<String> OF_LANGUAGE_MODELS =
      words(
          "num_keep num_predict top_k top_p min_p tfs_z typical_p repeat_last_n temperature"
              + " repeat_penalty presence_penalty frequency_penalty mirostat mirostat_tau"
              + " mirostat_eta penalize_newline stop numa num_ctx num_batch num_gpu main_gpu"
              + " low_vram f16_kv logits_all vocab_only use_mmap use_mlock num_thread");

  private static Set<String> words(String text) {
    return Set.copyOf(Splitter.on(' ').splitToList(text));
  }

  /** Returns the name of the model that a request selects. */
  static String model(ObjectNode json) {
    return text(json, "model").or(() -> text(json, "name")).orElse("");
  }

  /** Returns the prompt; a request with an empty one loads the model, which is loaded already. */
  static String prompt(ObjectNode json) {
    return text(json, "prompt").orElse("");
  }

  /** Reads the fields of a request with a prompt. */
  static OllamaRequest of(ObjectNode json, Model model) {
    List<String> own =
        List.of("model", "prompt", "stream", "images", OPTIONS, "width", "height", "steps");
    requireKnown(json, own);
    ObjectNode options = options(json);
    GenerateImagesRequest.Builder request = task(json, options).setModel(model.getName());
    value(
            options,
            "seed",
            seed -> seed.isIntegralNumber() && seed.canConvertToLong() && seed.longValue() >= -1,
            "-1 for any, or a seed ≥ 0")
        .filter(seed -> seed.longValue() >= 0)
        .ifPresent(seed -> request.addSeeds(seed.longValue()));
    ModelStage stage = MainStage.of(model).orElse(ModelStage.getDefaultInstance());
    StageOptions settings = settings(json, options, stage);
    if (!settings.equals(StageOptions.getDefaultInstance())) {
      request.putStages(stage.getName(), settings);
    }
    var size =
        new OutputSize(
            side(json, "width").orElse(model.getImageWidth()),
            side(json, "height").orElse(model.getImageHeight()));
    size.addTo(request, model);
    boolean stream =
        value(json, "stream", JsonNode::isBoolean, "true or false")
            .map(JsonNode::booleanValue)
            .orElse(true);
    return new OllamaRequest(model(json), request.build(), size, stream);
  }

  /**
   * Checks the fields of a request that draws nothing: its model, one more field, and options of
   * language models, which have no effect.
   */
  static void requireWithoutSettings(ObjectNode json, String field) {
    requireKnown(json, List.of("model", "name", field, OPTIONS));
    for (Map.Entry<String, JsonNode> option : options(json).properties()) {
      if (!OF_LANGUAGE_MODELS.contains(option.getKey())) {
        throw OllamaException.invalid(
            OPTIONS, Errors.quote(option.getKey()), "none, as nothing is drawn");
      }
    }
  }

  private static ObjectNode options(ObjectNode json) {
    return value(json, OPTIONS, JsonNode::isObject, "an object")
        .map(ObjectNode.class::cast)
        .orElseGet(JsonNodeFactory.instance::objectNode);
  }

  /** Refuses fields that are neither read nor without effect on images. */
  private static void requireKnown(ObjectNode json, List<String> own) {
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (!own.contains(field.getKey()) && !WITHOUT_EFFECT.contains(field.getKey())) {
        throw OllamaException.invalid(
            "request", Errors.quote(field.getKey()), "one of " + String.join(", ", own));
      }
    }
  }

  private static GenerateImagesRequest.Builder task(ObjectNode json, ObjectNode options) {
    String negative = text(options, "negative_prompt").orElse("");
    Optional<Double> strength =
        value(options, "strength", JsonNode::isNumber, "0 to 1").map(JsonNode::doubleValue);
    Optional<JsonNode> images =
        value(json, "images", list -> list.isArray() && list.size() <= 1, ONE_IMAGE)
            .filter(list -> !list.isEmpty());
    if (images.isEmpty()) {
      strength.ifPresent(
          given -> {
            throw OllamaException.invalid(
                OPTIONS, Errors.quote("strength"), "no strength without images");
          });
      return Requests.textToImage(prompt(json), negative);
    }
    String text = images.get().get(0).asText();
    byte[] image =
        JsonApi.base64(text)
            .orElseThrow(() -> OllamaException.invalid("images", Errors.quote(text), ONE_IMAGE));
    GenerateImagesRequest.Builder request =
        Requests.imageToImage(image, strength.orElse(0.5), prompt(json));
    request.getImageToImageBuilder().getPromptBuilder().setNegativeText(negative);
    return request;
  }

  /** Returns the settings of the main stage, which are options by the names of its rows. */
  private static StageOptions settings(ObjectNode json, ObjectNode options, ModelStage stage) {
    List<String> rows = stage.getSettingsList().stream().map(SupportedSetting::getName).toList();
    ObjectNode chosen = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> option : options.properties()) {
      String name = option.getKey();
      if (OWN_OPTIONS.contains(name) || OF_LANGUAGE_MODELS.contains(name)) {
        continue;
      }
      if (!rows.contains(name)) {
        String known = String.join(", ", Iterables.concat(OWN_OPTIONS, rows));
        throw OllamaException.invalid(OPTIONS, Errors.quote(name), "one of " + known);
      }
      chosen.set(name, option.getValue());
    }
    value(json, "steps", steps -> steps.isInt() && steps.intValue() >= 0, "≥ 1, or 0 for default")
        .filter(steps -> steps.intValue() > 0)
        .ifPresent(steps -> chosen.set("steps", steps));
    var settings = StageOptions.newBuilder();
    try {
      JsonFormat.parser().merge(chosen.toString(), settings);
    } catch (InvalidProtocolBufferException e) {
      throw OllamaException.invalid(
          OPTIONS, Errors.quote(chosen.toString()), "values of these types; " + Errors.reason(e));
    }
    return settings.build();
  }

  private static Optional<Integer> side(ObjectNode json, String name) {
    return value(
            json,
            name,
            side -> side.isInt() && side.intValue() >= 0 && side.intValue() <= MAX_SIDE,
            "0 for the default, or 1 to " + MAX_SIDE)
        .map(JsonNode::intValue)
        .filter(side -> side > 0);
  }

  private static Optional<String> text(ObjectNode json, String name) {
    return value(json, name, JsonNode::isTextual, "a string").map(JsonNode::textValue);
  }

  private static Optional<JsonNode> value(
      ObjectNode json, String name, Predicate<JsonNode> fits, String expected) {
    Optional<JsonNode> value = Optional.ofNullable(json.get(name)).filter(given -> !given.isNull());
    value
        .filter(fits.negate())
        .ifPresent(
            given -> {
              throw OllamaException.invalid(name, Errors.quote(given.toString()), expected);
            });
    return value;
  }
}
