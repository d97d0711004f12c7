package io.diffusion4j.unclip.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.clip.ClipIdentity;
import io.diffusion4j.clip.PublishedClip;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.training.Components;
import io.diffusion4j.unclip.KnownWords;
import io.diffusion4j.unclip.UnclipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** A finished CLIP that replaces the model's own in the training of the other parts. */
public final class FrozenClip {
  private static final String ORIGIN = "diffusion4j.clip";

  /** The identity of the CLIP before its conversion to the layout of pipelines. */
  private static final String IDENTITY = "diffusion4j.clip_identity";

  private FrozenClip() {}

  /**
   * Copies a CLIP into a model folder and replaces an existing one: tokenizer, both towers and
   * preprocessing.
   *
   * @param clip a pipeline folder with both towers, or the folder of a CLIP in the layout of
   *     transformers, OpenAI or open_clip
   * @throws IllegalArgumentException if the layout of pipelines cannot store its settings
   * @throws io.diffusion4j.checkpoint.CheckpointException if it is no CLIP, or damaged
   */
  public static void copy(Path clip, Path model) {
    List<String> components =
        List.of(
            UnclipFolder.TOKENIZER,
            UnclipFolder.TEXT_ENCODER,
            UnclipFolder.IMAGE_ENCODER,
            UnclipFolder.FEATURE_EXTRACTOR);
    try {
      Files.createDirectories(model);
      if (!Files.isDirectory(clip.resolve(UnclipFolder.TEXT_ENCODER))) {
        write(clip, model);
        return;
      }
      Check.that(
          Files.isDirectory(clip.resolve(UnclipFolder.IMAGE_ENCODER)),
          "clip",
          clip + ", without " + UnclipFolder.IMAGE_ENCODER,
          "both towers, to learn from pictures");
      components.forEach(
          component -> Components.copy(clip.resolve(component), model.resolve(component)));
      Path words = clip.resolve(KnownWords.FILE);
      if (Files.exists(words)) {
        Files.copy(words, model.resolve(KnownWords.FILE), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy " + clip + " to " + model + ": " + e, e);
    }
  }

  /**
   * Returns normally if the CLIP of a model folder has this identity, or is a copy of a CLIP that
   * has it.
   *
   * @param setting the name of the setting with the identity, for messages
   * @throws IllegalArgumentException if it is another one
   */
  static void requireIdentity(String setting, String identity, Path model) {
    String own = ClipIdentity.of(model);
    if (!identity.equals(own)) {
      Path text = model.resolve(UnclipFolder.TEXT_ENCODER);
      try (var weights = Checkpoint.open(text, Checkpoint.TRANSFORMERS)) {
        Check.that(
            identity.equals(weights.metadata().get(IDENTITY)),
            setting,
            "of the CLIP " + identity,
            "of that of %s, %s; embed writes them with --model %s",
            model,
            own,
            model);
      }
    }
  }

  private static void write(Path clip, Path model) throws IOException {
    try (var published = PublishedClip.open(clip)) {
      Map<String, String> notes =
          Map.of(ORIGIN, clip.getFileName().toString(), IDENTITY, ClipIdentity.of(clip));
      published.tokenizer().save(Files.createDirectories(model.resolve(UnclipFolder.TOKENIZER)));
      published.writeText(Files.createDirectories(model.resolve(UnclipFolder.TEXT_ENCODER)), notes);
      published.writeVision(
          Files.createDirectories(model.resolve(UnclipFolder.IMAGE_ENCODER)), notes);
      published
          .preprocessor()
          .save(
              Files.createDirectories(model.resolve(UnclipFolder.FEATURE_EXTRACTOR))
                  .resolve(UnclipFolder.PREPROCESSOR));
    }
  }
}
