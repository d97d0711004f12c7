package io.diffusion4j.clip.noised;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.nn.weights.ModelFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A noised CLIP on disk: both towers as GLIDE publishes them, {@code clip_image_enc} and {@code
 * clip_text_enc}, each {@code .safetensors} or {@code .pt}, and the files of CLIP's tokenizer in
 * the layout of {@link ClipTokenizer#load}.
 *
 * <p>All sizes follow from the tensors. The other settings are in {@code config.json}: {@code
 * image_heads}, {@code text_heads} and {@code logit_scale}. Without that file heads are 64 channels
 * wide and the scale is 100, as published.
 */
public final class NoisedClipFolders {
  /** The image tower's file, without its ending. */
  public static final String IMAGE = "clip_image_enc";

  /** The text tower's file, without its ending. */
  public static final String TEXT = "clip_text_enc";

  private static final String CONFIG = "config.json";
  private static final String CLASS = "NoisedCLIP";
  private static final int HEAD_WIDTH = 64;
  private static final double SCALE = 100;
  private static final double EPS = 1e-5;

  private NoisedClipFolders() {}

  /** Whether a folder contains a noised CLIP, valid or not. */
  public static boolean isAt(Path folder) {
    return Stream.of(IMAGE, TEXT).anyMatch(name -> Files.isRegularFile(file(folder, name)));
  }

  private static Path file(Path folder, String name) {
    Path torch = folder.resolve(name + ".pt");
    return Files.isRegularFile(torch) ? torch : folder.resolve(name + ".safetensors");
  }

  /** Returns the weights of the image tower. */
  static Checkpoint openImage(Path folder) {
    return Checkpoint.open(file(folder, IMAGE));
  }

  /** Returns the weights of the text tower. */
  static Checkpoint openText(Path folder) {
    return Checkpoint.open(file(folder, TEXT));
  }

  static NoisedVisionNetwork image(Path folder, Checkpoint tensors) {
    long[] patches = shape(tensors, "blocks.input.patch_proj", 4);
    long[] positions = shape(tensors, "blocks.input.w_pos", 2);
    int side = (int) Math.round(Math.sqrt(positions[0] - 1.0));
    return fitting(
        tensors,
        () ->
            new NoisedVisionNetwork(
                transformer(tensors, heads(folder, "image_heads", patches[0])),
                Math.toIntExact(side * patches[2]),
                Math.toIntExact(patches[2]),
                Math.toIntExact(shape(tensors, "blocks.output.f.w", 2)[0]),
                Math.toIntExact(shape(tensors, "blocks.input.w_t", 2)[0])));
  }

  static NoisedTextNetwork text(Path folder, Checkpoint tensors) {
    long[] vocabulary = shape(tensors, "blocks.input.w_voc", 2);
    return fitting(
        tensors,
        () ->
            new NoisedTextNetwork(
                transformer(tensors, heads(folder, "text_heads", vocabulary[1])),
                Math.toIntExact(vocabulary[0]),
                Math.toIntExact(shape(tensors, "blocks.input.w_pos", 2)[0]),
                Math.toIntExact(shape(tensors, "blocks.output.f.w", 2)[0])));
  }

  private static <T> T fitting(Checkpoint tensors, java.util.function.Supplier<T> network) {
    try {
      return network.get();
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(tensors.path(), "no noised CLIP: " + e.getMessage(), e);
    }
  }

  private static Transformer transformer(Checkpoint tensors, int heads) {
    int layers = 0;
    while (tensors.contains("blocks.block_" + layers + ".f_attn.ln.g")) {
      layers++;
    }
    long[] wide = shape(tensors, "blocks.block_0.f_mlp.f_1.w", 2);
    return new Transformer(
        Math.toIntExact(wide[1]), Math.toIntExact(wide[0]), layers, heads, Activation.GELU, EPS);
  }

  private static long[] shape(Checkpoint tensors, String key, int axes) {
    if (!((TensorSource) tensors).names().contains(key)) {
      throw new CheckpointException(tensors.path(), key + ": absent (expected: of a noised CLIP)");
    }
    long[] shape = tensors.info(key).shape();
    if (shape.length != axes) {
      throw new CheckpointException(
          tensors.path(), key + ": " + shape.length + " axes (expected: " + axes + ")");
    }
    return shape;
  }

  private static int heads(Path folder, String field, long width) {
    Path file = folder.resolve(CONFIG);
    int defaultValue = Math.max(1, Math.toIntExact(width / HEAD_WIDTH));
    return Files.exists(file) ? config(file).intValue(field, defaultValue) : defaultValue;
  }

  /** Returns the factor of the cosine. */
  static double scale(Path folder) {
    Path file = folder.resolve(CONFIG);
    return Files.exists(file) ? config(file).doubleValue("logit_scale", SCALE) : SCALE;
  }

  private static ComponentConfig config(Path file) {
    var c = ComponentConfig.read(file);
    c.expectClass(CLASS);
    c.optionalInt("image_heads");
    c.optionalInt("text_heads");
    c.doubleValue("logit_scale", SCALE);
    c.refuseUnknown();
    return c;
  }

  /**
   * Writes a noised CLIP with bfloat16 weights.
   *
   * @param image weights of the image tower
   * @param text weights of the text tower
   * @param scale the factor of the cosine
   */
  public static void write(
      Path folder,
      NoisedVisionNetwork vision,
      TensorSource image,
      NoisedTextNetwork words,
      TensorSource text,
      ClipTokenizer tokenizer,
      double scale,
      Map<String, String> notes) {
    try {
      Files.createDirectories(folder);
      Predicate<String> all = name -> true;
      ModelFiles.write(folder, IMAGE, image, all, notes);
      ModelFiles.write(folder, TEXT, text, all, notes);
      ConfigWriter.nested()
          .put("_class_name", CLASS)
          .put("image_heads", vision.transformer().heads())
          .put("text_heads", words.transformer().heads())
          .put("logit_scale", scale)
          .write(folder.resolve(CONFIG));
      tokenizer.save(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + folder + ": " + e.getMessage(), e);
    }
  }
}
