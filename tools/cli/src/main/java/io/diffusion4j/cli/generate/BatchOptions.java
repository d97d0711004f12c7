package io.diffusion4j.cli.generate;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.OutputFile;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.request.DirectGenerator;
import io.diffusion4j.unclip.RecordedNoise;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for a comparison with another framework: recorded noise and unrounded results. */
final class BatchOptions {
  @Option(
      names = "--noise",
      paramLabel = "FILE",
      description =
          "Read all random draws from this safetensors file instead of using a seed. "
              + "Its tensors are prior.init, prior.step0, decoder.init and so on, of shape "
              + "[N, E] or [N, C, H, W] for a batch of N.")
  @Nullable Path noise;

  @Option(
      names = "--raw",
      paramLabel = "FILE",
      description =
          "Also write the images without rounding to this safetensors file: the tensor "
              + "image, [N, H, W, C], float32 in [0, 1].")
  @Nullable Path raw;

  private final List<Image> drawn = new ArrayList<>();

  /** Whether anything was given. */
  boolean areGiven() {
    return noise != null || raw != null;
  }

  /** Checks everything that needs no model. */
  void check(@Nullable Long seed) {
    Check.that(noise == null || seed == null, "seed", seed, "none beside --noise");
    Check.that(noise == null || Files.isRegularFile(noise), "noise", noise, "a safetensors file");
    if (raw != null) {
      new OutputFile("raw", raw).requireWritable();
    }
  }

  /** Makes a model in this process draw from recorded noise and pass on its unrounded images. */
  void prepare(DirectGenerator here, ImagePipeline pipeline, int images) {
    Check.that(
        pipeline.filters().isEmpty() || raw == null,
        "raw",
        raw,
        "none beside filters, which judge finished pictures");
    if (noise != null) {
      here.record(RecordedNoise.of(noise, images));
    }
    here.observeImages(drawn::addAll);
  }

  /** Describes the source of an image's randomness. */
  String source(long seed, int image, int count) {
    String which = count == 1 ? "" : ", image " + (image % count + 1) + " of it";
    return noise == null ? "seed " + Long.toUnsignedString(seed) + which : "noise of " + noise;
  }

  /**
   * Writes the unrounded images, if requested: one tensor, {@code [N, H, W, C]} float32 in [0, 1],
   * like the result of the published pipelines.
   */
  void writeRaw() {
    if (raw == null) {
      return;
    }
    List<Image> images = drawn;
    Image first = images.get(0);
    int size = first.pixels().length;
    float[] values = new float[images.size() * size];
    for (int n = 0; n < images.size(); n++) {
      float[] pixels = images.get(n).pixels();
      for (int i = 0; i < size; i++) {
        values[n * size + i] = Math.max(0, Math.min(1, pixels[i] * 0.5f + 0.5f));
      }
    }
    long[] shape = {images.size(), first.height(), first.width(), 3};
    new SafetensorsWriter().floats("image", DType.F32, shape, () -> values).write(raw);
  }
}
