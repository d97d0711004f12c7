package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.List;

/**
 * The identity of a CLIP, which prevents embeddings of different models from being mixed: a digest
 * of its towers, see {@link Checkpoint#identity}.
 */
public final class ClipIdentity {
  private ClipIdentity() {}

  /**
   * Returns the identity of the towers that {@link ClipEncoders#open} opens in a folder.
   *
   * @return {@code sha256:} and 64 hexadecimal digits
   * @throws io.diffusion4j.checkpoint.CheckpointException if there are no weights
   */
  public static String of(Path folder) {
    if (!ClipEncoders.isPipeline(folder)) {
      return OpenClip.isAt(folder)
          ? Checkpoint.identity(List.of(folder), OpenClip.WEIGHTS)
          : Checkpoint.identity(List.of(folder), Checkpoint.TRANSFORMERS);
    }
    return Checkpoint.identity(
        List.of(folder.resolve(ClipEncoders.TEXT), folder.resolve(ClipEncoders.IMAGE)),
        Checkpoint.TRANSFORMERS);
  }
}
