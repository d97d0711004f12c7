package io.diffusion4j.nn.weights;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Writes the weights of finished models. */
public final class ModelFiles {
  private ModelFiles() {}

  /**
   * Writes some tensors as bfloat16, the format of shipped models: half the bytes, and the
   * precision of computation.
   *
   * @param baseName the base name of the file, see {@link io.diffusion4j.checkpoint.Checkpoint}
   * @param keep which tensors
   * @param notes the notes on the origin of the weights, stored with them
   */
  public static void write(
      Path folder,
      String baseName,
      TensorSource weights,
      Predicate<String> keep,
      Map<String, String> notes) {
    write(folder, baseName, weights, keep, DType.BF16, notes);
  }

  /** Writes tensors as another type. */
  public static void write(
      Path folder,
      String baseName,
      TensorSource weights,
      Predicate<String> keep,
      DType dtype,
      Map<String, String> notes) {
    new SafetensorsWriter()
        .withChecksum()
        .notes(notes)
        .copyAll(weights.only(keep), Optional.of(dtype))
        .writeSharded(folder, baseName, SafetensorsWriter.DEFAULT_SHARD_BYTES);
  }
}
