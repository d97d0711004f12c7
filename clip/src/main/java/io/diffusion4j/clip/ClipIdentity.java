package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorInfo;
import io.diffusion4j.diffusion.digest.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The identity of a CLIP, which prevents embeddings of different models from being mixed: a digest
 * of the names, shapes and first numbers of all tensors. Training changes all of these numbers, and
 * reading them takes no time.
 */
public final class ClipIdentity {
  /** The number of values read from each tensor. */
  private static final int MOST_BYTES = 256;

  private ClipIdentity() {}

  /**
   * Returns the identity of the towers that {@link ClipEncoders#open} opens in a folder.
   *
   * @return {@code sha256:} and 64 hexadecimal digits
   * @throws io.diffusion4j.checkpoint.CheckpointException if there are no weights
   */
  public static String of(Path folder) {
    MessageDigest digest = Sha256.start();
    if (ClipEncoders.isPipeline(folder)) {
      for (String tower : List.of(ClipEncoders.TEXT, ClipEncoders.IMAGE)) {
        add(digest, Checkpoint.open(folder.resolve(tower), Checkpoint.TRANSFORMERS));
      }
    } else if (OpenClip.isAt(folder)) {
      add(digest, Checkpoint.open(folder, OpenClip.WEIGHTS));
    } else {
      add(digest, Checkpoint.open(folder, Checkpoint.TRANSFORMERS));
    }
    return "sha256:" + HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, Checkpoint weights) {
    try (weights) {
      for (String name : weights.names().stream().sorted().toList()) {
        TensorInfo info = weights.info(name);
        digest.update(
            (name + Arrays.toString(info.shape()) + info.dtype()).getBytes(StandardCharsets.UTF_8));
        digest.update(weights.raw(name, 0, (int) Math.min(MOST_BYTES, info.byteSize())));
      }
    }
  }
}
