package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.lora.Lora;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.pipeline.AppliedLora;
import java.nio.file.Path;
import java.util.List;

/** Identifies files of low-rank updates by their content. */
public final class LoraFiles {
  private LoraFiles() {}

  /**
   * Computes the digest of the updates: of the file, as {@code sha256sum} prints it, or of the file
   * followed by the {@code adapter_config.json} beside it if the file needs one.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the file does not contain low-rank
   *     updates
   */
  public static String digest(Path folderOrFile) {
    try (var lora = Lora.open(folderOrFile)) {
      return FolderDigest.ofFiles(lora.files());
    }
  }

  /** Returns the digest of a model with these updates. */
  public static List<AppliedLora> applied(List<LoraChoice> choices) {
    return choices.stream()
        .map(choice -> new AppliedLora(choice.name(), digest(choice.file()), choice.scale()))
        .toList();
  }
}
