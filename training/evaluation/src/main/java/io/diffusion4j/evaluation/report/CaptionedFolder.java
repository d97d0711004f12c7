package io.diffusion4j.evaluation.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.emoji.art.ConceptSet;
import io.diffusion4j.emoji.scene.CaptionReader;
import io.diffusion4j.evaluation.PromptSet;
import io.diffusion4j.evaluation.PromptSet.Prompt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A folder of pictures with captions: image files, and {@value #CAPTIONS} with a line for each, its
 * file and its caption with a tab between. Captions have the wording of {@link
 * io.diffusion4j.emoji.scene.Captioner#factual}. An HTML report is such a folder too.
 *
 * @param prompts the prompts of the pictures
 * @param images square, all of one size
 */
public record CaptionedFolder(PromptSet prompts, List<Image> images) {
  /** The list of pictures. */
  public static final String CAPTIONS = "captions.tsv";

  private static final long MAX_PIXELS = 4096L * 4096;

  public CaptionedFolder {
    images = List.copyOf(images);
  }

  /**
   * Reads a folder.
   *
   * @throws IllegalArgumentException if it is no such folder, or its pictures cannot be evaluated
   */
  public static CaptionedFolder read(Path folder) {
    var reader = new CaptionReader(ConceptSet.everything());
    List<Prompt> prompts = new ArrayList<>();
    List<Image> images = new ArrayList<>();
    Path list = folder.resolve(CAPTIONS);
    try {
      for (String line : Files.readAllLines(list, UTF_8)) {
        int tab = line.indexOf('\t');
        if (tab < 1) {
          throw new IllegalArgumentException(
              list + ": \"" + line + "\" (expected: a file, a tab and a caption)");
        }
        prompts.add(Prompt.of(reader.read(line.substring(tab + 1))));
        images.add(image(folder.resolve(line.substring(0, tab)), images));
      }
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(
          "images: " + e.getFile() + " is not there (expected: a folder with " + CAPTIONS + ")", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new CaptionedFolder(new PromptSet(prompts), images);
  }

  private static Image image(Path file, List<Image> before) throws IOException {
    Image image = ImageFiles.read(file, MAX_PIXELS);
    int size = before.isEmpty() ? image.width() : before.get(0).width();
    if (image.width() != size || image.height() != size) {
      throw new IllegalArgumentException(
          "%s: %d×%d pixels (expected: %d×%d, square and as large as the first)"
              .formatted(file, image.width(), image.height(), size, size));
    }
    return image;
  }

  /**
   * Writes the pictures as {@code prefix-0001.png} and so on.
   *
   * @return the names of the files
   */
  static List<String> writeImages(Path folder, String prefix, List<Image> images) {
    List<String> names = new ArrayList<>(images.size());
    try {
      Files.createDirectories(folder);
      for (int i = 0; i < images.size(); i++) {
        String name = "%s-%04d.png".formatted(prefix, i + 1);
        Files.write(folder.resolve(name), Png.encode(images.get(i), Map.of()));
        names.add(name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder + ": " + e, e);
    }
    return names;
  }

  /** Writes {@value #CAPTIONS}. */
  static void writeCaptions(Path folder, List<String> files, PromptSet prompts) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      lines.add(files.get(i) + "\t" + prompts.texts().get(i));
    }
    try {
      Files.write(folder.resolve(CAPTIONS), lines, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder + ": " + e, e);
    }
  }
}
