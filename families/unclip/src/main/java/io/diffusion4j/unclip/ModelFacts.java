package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.FrontMatter;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The facts that the files of a pipeline folder state about the model.
 *
 * @param folder the folder
 * @param name the preset that it was trained from, or {@value #NAMELESS}
 */
public record ModelFacts(Path folder, String name) {
  /** The name of a model whose files name no preset. */
  public static final String NAMELESS = "unclip";

  private static final String PRESET = "diffusion4j.preset";
  private static final String STEPS = "diffusion4j.steps";

  /**
   * Reads a folder.
   *
   * @throws CheckpointException if the weights of its decoder cannot be read
   */
  public static ModelFacts of(Path folder) {
    return new ModelFacts(folder, notes(folder).getOrDefault(PRESET, NAMELESS));
  }

  /** Returns the notes on the model that the weights of its students keep. */
  public Map<String, String> notes() {
    return name.equals(NAMELESS) ? Map.of() : Map.of(PRESET, name);
  }

  private static Map<String, String> notes(Path folder) {
    try (var decoder = ModelFolder.open(folder).checkpoint(UnclipFolder.DECODER)) {
      return decoder.metadata();
    }
  }

  /** Returns the licence in its model card, as an SPDX expression. */
  public String license() {
    return FrontMatter.license(folder);
  }

  /** Returns the number of training steps of a folder's decoder, if its weights record it. */
  public static OptionalLong trainingSteps(Path folder) {
    String steps = notes(folder).getOrDefault(STEPS, "");
    return steps.matches("[0-9]{1,18}")
        ? OptionalLong.of(Long.parseLong(steps))
        : OptionalLong.empty();
  }

  /** Returns the digest of its folder, with the diffusion prior. */
  public String digest() {
    return digest(folder, PriorChoice.DIFFUSION);
  }

  /**
   * Computes the digest of the files of a folder that the images depend on, see {@link
   * FolderDigest}.
   *
   * @param prior the prior in use; the files of other priors are left out
   */
  public static String digest(Path folder, PriorChoice prior) {
    return FolderDigest.of(
        folder,
        component -> !prior.passesOver(component) && !component.equals(UnclipFolder.NOISED_CLIP));
  }
}
