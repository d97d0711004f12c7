package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.weights.ModelFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * OpenAI's {@code CLIP} with a vision transformer: {@code model.safetensors} with OpenAI's keys.
 * All sizes follow from the shapes of the tensors, except for the number of heads. Heads are 64
 * wide in OpenAI's published models; otherwise a {@code config.json} contains the arguments of the
 * class's constructor.
 */
public final class OpenAiClip {
  private static final String CONFIG = "config.json";
  static final String CLASS = "CLIP";
  private static final int HEAD_WIDTH = 64;
  private static final double EPS = 1e-5;

  /** The tensors in OpenAI's archives that are not parameters. */
  private static final Set<String> BUFFERS =
      Set.of("input_resolution", "context_length", "vocab_size");

  private OpenAiClip() {}

  /** Whether a tensor of a checkpoint is a parameter. */
  static boolean isParameter(String key) {
    return !BUFFERS.contains(key);
  }

  /** Returns the parameters in a file, with OpenAI's names, under transformers' names. */
  static TensorMap weights(TensorSource file) {
    return OpenAiNames.toTransformers(file.only(OpenAiClip::isParameter));
  }

  /**
   * Reads the network of a model's folder.
   *
   * @param weights the tensors in the folder
   * @throws CheckpointException if it is no CLIP, or an unsupported one
   */
  public static ClipNetwork read(Path folder, TensorSource weights) {
    try {
      return Files.exists(folder.resolve(CONFIG))
          ? of(ComponentConfig.read(folder.resolve(CONFIG)))
          : ofShapes(folder, weights);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(folder, "no CLIP: " + e.getMessage(), e);
    }
  }

  private static ClipNetwork of(ComponentConfig c) {
    c.expectClass(CLASS);
    if (c.isArray("vision_layers")) {
      throw c.invalid("vision_layers", "[…]", "an integer, that of a vision transformer");
    }
    int width = c.intValue("transformer_width");
    int visionWidth = c.intValue("vision_width");
    int dim = c.intValue("embed_dim");
    var network =
        new ClipNetwork(
            new ClipTextNetwork(
                transformer(
                    width, c.intValue("transformer_layers"), c.intValue("transformer_heads")),
                c.intValue("vocab_size"),
                c.intValue("context_length"),
                dim),
            new ClipVisionNetwork(
                transformer(visionWidth, c.intValue("vision_layers"), visionWidth / HEAD_WIDTH),
                c.intValue("image_resolution"),
                c.intValue("vision_patch_size"),
                dim));
    c.refuseUnknown();
    return network;
  }

  /** Returns the number of heads as in OpenAI's {@code build_model}. */
  static ClipNetwork ofShapes(Path folder, TensorSource weights) {
    long[] tokens = shape(folder, weights, "token_embedding.weight", 2);
    long[] patches = shape(folder, weights, "visual.conv1.weight", 4);
    long places = shape(folder, weights, "visual.positional_embedding", 2)[0] - 1;
    int width = Math.toIntExact(tokens[1]);
    int visionWidth = Math.toIntExact(patches[0]);
    int patch = Math.toIntExact(patches[2]);
    int dim = Math.toIntExact(shape(folder, weights, "text_projection", 2)[1]);
    int layers = OpenAiNames.layers(weights, OpenAiNames.TEXT);
    int visionLayers = OpenAiNames.layers(weights, OpenAiNames.VISION);
    return new ClipNetwork(
        new ClipTextNetwork(
            transformer(width, layers, width / HEAD_WIDTH),
            Math.toIntExact(tokens[0]),
            Math.toIntExact(shape(folder, weights, "positional_embedding", 2)[0]),
            dim),
        new ClipVisionNetwork(
            transformer(visionWidth, visionLayers, visionWidth / HEAD_WIDTH),
            patch * (int) Math.round(Math.sqrt((double) places)),
            patch,
            dim));
  }

  private static Transformer transformer(int width, int layers, int heads) {
    return new Transformer(width, 4 * width, layers, heads, Activation.QUICK_GELU, EPS);
  }

  private static long[] shape(Path folder, TensorSource weights, String key, int rank) {
    if (!weights.contains(key) || weights.shape(key).length != rank) {
      throw new CheckpointException(
          folder,
          key
              + ": "
              + (weights.contains(key) ? "of another rank" : "missing")
              + " (expected: "
              + rank
              + " axes, as in OpenAI's CLIP with a vision transformer; its ResNets are not"
              + " supported)");
    }
    return weights.shape(key);
  }

  /**
   * Writes a whole model.
   *
   * @param weights the parameters of the network
   * @param notes the notes on their origin
   * @throws IllegalArgumentException if OpenAI's class does not support this network
   */
  public static void write(
      Path folder, ClipNetwork network, TensorSource weights, Map<String, String> notes) {
    var text = network.text();
    var vision = network.vision();
    int visionWidth = vision.transformer().width();
    int visionHeads = vision.transformer().heads();
    String heads = "the width " + visionWidth + " / " + HEAD_WIDTH;
    Check.that(visionHeads == visionWidth / HEAD_WIDTH, "vision_heads", visionHeads, heads);
    requireOpenAis(text.transformer());
    requireOpenAis(vision.transformer());
    ConfigWriter.nested()
        .put("_class_name", CLASS)
        .put("embed_dim", text.embeddingDim())
        .put("image_resolution", vision.imageSize())
        .put("vision_layers", vision.transformer().layers())
        .put("vision_width", visionWidth)
        .put("vision_patch_size", vision.patch())
        .put("context_length", text.positions())
        .put("vocab_size", text.vocabulary())
        .put("transformer_width", text.transformer().width())
        .put("transformer_heads", text.transformer().heads())
        .put("transformer_layers", text.transformer().layers())
        .write(folder.resolve(CONFIG));
    ModelFiles.write(
        folder, Checkpoint.TRANSFORMERS, OpenAiNames.toOpenAi(weights), name -> true, notes);
  }

  private static void requireOpenAis(Transformer t) {
    var openAis = transformer(t.width(), t.layers(), t.heads());
    Check.that(t.equals(openAis), "transformer", t, "%s", openAis);
  }
}
