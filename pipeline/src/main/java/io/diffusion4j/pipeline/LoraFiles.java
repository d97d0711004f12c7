package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.lora.Lora;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.pipeline.AppliedLora;
import java.nio.file.Path;
import java.util.List;

/** Files of low-rank updates, named by their content. */
public final class LoraFiles {
  private LoraFiles() {}

  /**
   * The digest of what decides the updates: of the file, as {@code sha256sum} prints it, or of the
   * file and the {@code adapter_config.json} beside it that it needs, one after the other.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if it is no file of low-rank updates
   */
  public static String digest(Path folderOrFile) {
    try (var lora = Lora.open(folderOrFile)) {
      return FolderDigest.ofFiles(lora.files());
    }
  }

  /** How a model is identified that has these updates. */
  public static List<AppliedLora> applied(List<LoraChoice> choices) {
    return choices.stream()
        .map(choice -> new AppliedLora(choice.name(), digest(choice.file()), choice.scale()))
        .toList();
  }
}
