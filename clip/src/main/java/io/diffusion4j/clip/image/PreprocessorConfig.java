package io.diffusion4j.clip.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.clip.image.ClipPreprocessor.Fit;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code preprocessor_config.json} of published models. */
final class PreprocessorConfig {
  private static final List<String> STEPS =
      List.of("do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb");

  /** Ours, with open_clip's name and values; Hugging Face's class has one way. */
  private static final String RESIZE_MODE = "resize_mode";

  /** PIL's number for the bicubic filter. */
  private static final int BICUBIC = 3;

  private static final ClipPreprocessor DEFAULT = ClipPreprocessor.clip(224);

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private PreprocessorConfig() {}

  static ClipPreprocessor read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    try {
      return of(JSON.readTree(bytes));
    } catch (JsonProcessingException e) {
      throw new IOException(file + ": no JSON: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static ClipPreprocessor of(JsonNode config) {
    if (!config.isObject()) {
      throw new IllegalArgumentException(config.getNodeType() + " (expected: an object)");
    }
    for (String step : STEPS) {
      Check.that(
          !config.hasNonNull(step)
              || config.get(step).equals(JSON.getNodeFactory().booleanNode(true)),
          step,
          config.get(step),
          "true");
    }
    Check.that(
        !config.hasNonNull("resample") || config.get("resample").asInt(-1) == BICUBIC,
        "resample",
        config.get("resample"),
        "%s, bicubic",
        BICUBIC);
    return new ClipPreprocessor(
        config.hasNonNull("size") ? shortestEdge(config.get("size")) : DEFAULT.shortestEdge(),
        config.hasNonNull("crop_size") ? square(config.get("crop_size")) : DEFAULT.cropSize(),
        config.hasNonNull("rescale_factor")
            ? number("rescale_factor", config.get("rescale_factor"))
            : DEFAULT.rescaleFactor(),
        config.hasNonNull("image_mean")
            ? numbers("image_mean", config.get("image_mean"))
            : DEFAULT.mean(),
        config.hasNonNull("image_std")
            ? numbers("image_std", config.get("image_std"))
            : DEFAULT.std(),
        config.hasNonNull(RESIZE_MODE)
            ? Fit.ofOpenClip(config.get(RESIZE_MODE).asText())
            : Fit.CROP);
  }

  /** Reads 224 or {@code {"shortest_edge": 224}}. */
  private static int shortestEdge(JsonNode size) {
    JsonNode edge = size.isObject() && size.size() == 1 ? size.path("shortest_edge") : size;
    Check.that(edge.isInt(), "size", size, "an integer or {\"shortest_edge\": an integer}");
    return edge.intValue();
  }

  /** Reads 224 or {@code {"height": 224, "width": 224}}. */
  private static int square(JsonNode size) {
    JsonNode edge =
        size.isObject() && size.path("height").equals(size.path("width"))
            ? size.path("height")
            : size;
    Check.that(
        edge.isInt(),
        "crop_size",
        size,
        "an integer, or \"height\" and \"width\" that are the same");
    return edge.intValue();
  }

  private static double number(String name, JsonNode value) {
    Check.that(value.isNumber(), name, value, "a number");
    return value.doubleValue();
  }

  private static List<Double> numbers(String name, JsonNode values) {
    List<Double> numbers = new ArrayList<>();
    for (JsonNode value : values) {
      numbers.add(number(name, value));
    }
    return numbers;
  }

  static void write(Path file, ClipPreprocessor preprocessor) throws IOException {
    ObjectNode config = JSON.createObjectNode();
    config.put("image_processor_type", "CLIPImageProcessor");
    STEPS.forEach(step -> config.put(step, true));
    config.putObject("size").put("shortest_edge", preprocessor.shortestEdge());
    config.put("resample", BICUBIC);
    config
        .putObject("crop_size")
        .put("height", preprocessor.cropSize())
        .put("width", preprocessor.cropSize());
    config.put("rescale_factor", preprocessor.rescaleFactor());
    ArrayNode mean = config.putArray("image_mean");
    preprocessor.mean().forEach(mean::add);
    ArrayNode std = config.putArray("image_std");
    preprocessor.std().forEach(std::add);
    if (preprocessor.fit() != Fit.CROP) {
      config.put(RESIZE_MODE, preprocessor.fit().openClips());
    }
    JSON.writeValue(file.toFile(), config);
  }
}
