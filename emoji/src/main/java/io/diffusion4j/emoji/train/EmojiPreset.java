package io.diffusion4j.emoji.train;

import io.diffusion4j.checkpoint.strict.RecordFile;
import io.diffusion4j.training.Preset;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A preset with the settings of the emoji data set: the section {@code emoji} of its file, which
 * other data sets do not need.
 *
 * @param sizes the sizes and schedules of all parts
 * @param drawn the settings of the data set
 */
public record EmojiPreset(Preset sizes, EmojiSettings drawn) {
  private static final List<String> NAMES = List.of("emoji", "emoji-2", "medium", "small", "tiny");
  private static final String SECTION = "emoji";

  /** Returns the preset of the shipped model. */
  public static EmojiPreset emoji() {
    return named("emoji");
  }

  /**
   * Returns a preset that trains everything in two minutes, as a smoke test; its pictures are
   * blobs.
   */
  public static EmojiPreset tiny() {
    return named("tiny");
  }

  /**
   * Returns the preset of a name, or of a file if the name contains a dot or a slash.
   *
   * @throws IllegalArgumentException if there is no such preset, or if the file is invalid; the
   *     message lists all faults
   */
  public static EmojiPreset of(String nameOrFile) {
    if (!isFile(nameOrFile)) {
      return named(nameOrFile);
    }
    Path file = Path.of(nameOrFile);
    if (!Files.isRegularFile(file)) {
      throw unknown(nameOrFile, "a file, or one of ");
    }
    try {
      return of(RecordFile.read(file), RecordFile::end);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the preset " + file + ": " + e, e);
    }
  }

  /**
   * Returns the preset of a name.
   *
   * @throws IllegalArgumentException if there is no such preset
   */
  public static EmojiPreset named(String name) {
    if (!NAMES.contains(name)) {
      throw unknown(name, "one of ");
    }
    String file = name + ".yaml";
    try (InputStream in =
        Objects.requireNonNull(EmojiPreset.class.getResourceAsStream(file), file)) {
      var read = RecordFile.parse(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
      return of(read, RecordFile::endOfTaken); // a family may be off the class path
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the preset " + name + ": " + e, e);
    }
  }

  /**
   * Parses the text of a preset's file.
   *
   * @param source the origin of the text, for messages
   * @throws IllegalArgumentException if it is invalid; the message lists all faults
   */
  public static EmojiPreset parse(String source, String text) {
    return of(RecordFile.parse(source, text), RecordFile::end);
  }

  /** Whether a name is that of a file. */
  public static boolean isFile(String nameOrFile) {
    return nameOrFile.contains(".") || nameOrFile.contains("/");
  }

  private static IllegalArgumentException unknown(String name, String expected) {
    return new IllegalArgumentException(
        "preset: " + name + " (expected: " + expected + String.join(", ", NAMES) + ")");
  }

  private static EmojiPreset of(RecordFile file, Consumer<RecordFile> end) {
    Supplier<Preset> sizes = Preset.take(file);
    var section = file.takeIfPresent(SECTION, EmojiSettings.Section.class);
    end.accept(file);
    Preset preset = sizes.get();
    return new EmojiPreset(
        preset, section.map(s -> s.settings(preset.name())).orElse(EmojiSettings.STANDARD));
  }
}
