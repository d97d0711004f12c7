package io.diffusion4j.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.base.Splitter;
import com.google.common.collect.Iterables;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.diffusion4j.client.MainStage;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.JsonApi;
import io.diffusion4j.serving.http.JsonFields;
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
  static String model(JsonFields fields) {
    return fields.text("model").or(() -> fields.text("name")).orElse("");
  }

  /** Returns the prompt; a request with an empty one loads the model, which is loaded already. */
  static String prompt(JsonFields fields) {
    return fields.text("prompt").orElse("");
  }

  /** Reads the fields of a request with a prompt. */
  static OllamaRequest of(JsonFields fields, Model model) {
    List<String> own =
        List.of("model", "prompt", "stream", "images", OPTIONS, "width", "height", "steps");
    requireKnown(fields, own);
    JsonFields options = fields.object(OPTIONS);
    GenerateImagesRequest.Builder request = task(fields, options).setModel(model.getName());
    options.seed("seed").ifPresent(request::addSeeds);
    ModelStage stage = MainStage.of(model).orElse(ModelStage.getDefaultInstance());
    StageOptions settings = settings(fields, options, stage);
    if (!settings.equals(StageOptions.getDefaultInstance())) {
      request.putStages(stage.getName(), settings);
    }
    var size =
        new OutputSize(
            side(fields, "width").orElse(model.getImageWidth()),
            side(fields, "height").orElse(model.getImageHeight()));
    size.addTo(request, model);
    return new OllamaRequest(model(fields), request.build(), size, fields.flag("stream", true));
  }

  /**
   * Checks the fields of a request that draws nothing: its model, one more field, and options of
   * language models, which have no effect.
   */
  static void requireWithoutSettings(JsonFields fields, String field) {
    requireKnown(fields, List.of("model", "name", field, OPTIONS));
    for (Map.Entry<String, JsonNode> option : fields.object(OPTIONS).json().properties()) {
      if (!OF_LANGUAGE_MODELS.contains(option.getKey())) {
        throw OllamaException.invalid(
            OPTIONS, Errors.quote(option.getKey()), "none, as nothing is drawn");
      }
    }
  }

  /** Refuses fields that are neither read nor without effect on images. */
  private static void requireKnown(JsonFields fields, List<String> own) {
    for (Map.Entry<String, JsonNode> field : fields.json().properties()) {
      if (!own.contains(field.getKey()) && !WITHOUT_EFFECT.contains(field.getKey())) {
        throw OllamaException.invalid(
            "request", Errors.quote(field.getKey()), "one of " + String.join(", ", own));
      }
    }
  }

  private static GenerateImagesRequest.Builder task(JsonFields fields, JsonFields options) {
    String negative = options.text("negative_prompt").orElse("");
    Optional<Double> strength = options.number("strength");
    List<byte[]> images = fields.pictures("images");
    if (images.size() > 1) {
      throw OllamaException.invalid("images", images.size() + " pictures", "one");
    }
    if (images.isEmpty()) {
      if (strength.isPresent()) {
        throw OllamaException.invalid(
            OPTIONS, Errors.quote("strength"), "no strength without images");
      }
      return Requests.textToImage(prompt(fields), negative);
    }
    GenerateImagesRequest.Builder request =
        Requests.imageToImage(images.get(0), strength.orElse(0.5), prompt(fields));
    request.getImageToImageBuilder().getPromptBuilder().setNegativeText(negative);
    return request;
  }

  /** Returns the settings of the main stage, which are options by the names of its rows. */
  private static StageOptions settings(JsonFields fields, JsonFields options, ModelStage stage) {
    List<String> rows = stage.getSettingsList().stream().map(SupportedSetting::getName).toList();
    ObjectNode chosen = JsonApi.object();
    for (Map.Entry<String, JsonNode> option : options.json().properties()) {
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
    fields
        .integer("steps", 0, Integer.MAX_VALUE)
        .filter(steps -> steps > 0) // 0 is the default
        .ifPresent(steps -> chosen.put("steps", steps));
    var settings = StageOptions.newBuilder();
    try {
      JsonFormat.parser().merge(chosen.toString(), settings);
    } catch (InvalidProtocolBufferException e) {
      throw OllamaException.invalid(
          OPTIONS, Errors.quote(chosen.toString()), "values of these types; " + Errors.reason(e));
    }
    return settings.build();
  }

  /** Returns a side in pixels; empty for 0, the default. */
  private static Optional<Integer> side(JsonFields fields, String name) {
    return fields.integer(name, 0, MAX_SIDE).filter(side -> side > 0);
  }
}
