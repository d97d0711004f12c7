package io.diffusion4j.emoji.train;

import io.diffusion4j.training.preset.Preset;
import io.diffusion4j.training.strict.RecordFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A preset, and what the emoji data set shows for it: the section {@code emoji} of its file, which
 * trainings on other data do not need.
 *
 * @param sizes the sizes and schedules of all parts
 * @param drawn what the data set shows
 */
public record EmojiPreset(Preset sizes, EmojiSettings drawn) {
  private static final List<String> NAMES = List.of("emoji", "tiny");
  private static final String SECTION = "emoji";

  /** The model that ships. */
  public static EmojiPreset emoji() {
    return named("emoji");
  }

  /** Two minutes for everything, to see that it works; the pictures are blobs. */
  public static EmojiPreset tiny() {
    return named("tiny");
  }

  /**
   * The preset of a name, or of a file if the name has a dot or a slash.
   *
   * @throws IllegalArgumentException if there is none, or with all faults of the file
   */
  public static EmojiPreset of(String nameOrFile) {
    if (!nameOrFile.contains(".") && !nameOrFile.contains("/")) {
      return named(nameOrFile);
    }
    Path file = Path.of(nameOrFile);
    if (!Files.isRegularFile(file)) {
      throw unknown(nameOrFile, "a file, or one of ");
    }
    try {
      return of(RecordFile.read(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the preset " + file + ": " + e, e);
    }
  }

  /**
   * The preset of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static EmojiPreset named(String name) {
    if (!NAMES.contains(name)) {
      throw unknown(name, "one of ");
    }
    String file = name + ".yaml";
    try (InputStream in =
        Objects.requireNonNull(EmojiPreset.class.getResourceAsStream(file), file)) {
      return of(RecordFile.parse(file, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the preset " + name + ": " + e, e);
    }
  }

  private static IllegalArgumentException unknown(String name, String expected) {
    return new IllegalArgumentException(
        "preset: " + name + " (expected: " + expected + String.join(", ", NAMES) + ")");
  }

  private static EmojiPreset of(RecordFile file) {
    var sizes = file.takeAll(Preset.class);
    var section = file.takeIfPresent(SECTION, EmojiSettings.Section.class);
    file.end();
    Preset preset = sizes.orElseThrow();
    return new EmojiPreset(
        preset, section.map(s -> s.settings(preset.name())).orElse(EmojiSettings.STANDARD));
  }
}
