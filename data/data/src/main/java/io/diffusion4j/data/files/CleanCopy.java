package io.diffusion4j.data.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.data.Prefetcher;
import io.diffusion4j.data.Tally;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Rgb8;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * A copy of a set as a folder of its readable pictures, each once, with captions in {@code
 * NAME.txt} beside {@code NAME.png}. The files of pictures are copied as they are.
 *
 * @param pictures the number of pictures that were written
 * @param unreadable the pictures that were left out, with the reason
 * @param duplicates the pictures with the same pixels, of which the first has the captions of all
 * @param captions what was changed or left out in the captions
 */
public record CleanCopy(
    long pictures, List<String> unreadable, List<List<String>> duplicates, Tally captions) {
  private static final int DEPTH = 4;

  /** The first bytes of the formats, by the extension of their files. */
  private static final Map<String, String> FORMATS =
      Map.of("\u0089PNG", ".png", "\u00ff\u00d8", ".jpg", "RIFF", ".webp", "GIF8", ".gif");

  /**
   * Writes a copy.
   *
   * @param caption for pictures without any; may be empty
   * @param threads that decode pictures
   * @param progress receives the number of decoded pictures
   * @throws IllegalArgumentException if the folder exists and is not empty
   */
  public static CleanCopy write(
      PictureFiles set, Path folder, String caption, int threads, LongConsumer progress) {
    List<String> unreadable = new ArrayList<>();
    Map<BigInteger, List<Long>> groups = new LinkedHashMap<>();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      requireEmpty(folder);
      long last = set.size() - 1;
      var hashes = new Prefetcher<>(i -> hash(set, Math.min(i, last)), pool, DEPTH * threads);
      for (long i = 0; i <= last; i++) {
        Hash hash = hashes.get(i);
        if (hash.fault.isPresent()) {
          unreadable.add(hash.fault.get());
        } else {
          groups.computeIfAbsent(hash.value, unused -> new ArrayList<>(1)).add(i);
        }
        progress.accept(i + 1);
      }
      var captions = new Tally();
      Set<String> stems = new HashSet<>();
      for (List<Long> group : groups.values()) {
        copy(set, group, folder, caption, stems, captions);
      }
      List<List<String>> duplicates =
          groups.values().stream()
              .filter(group -> group.size() > 1)
              .map(group -> group.stream().map(set::key).toList())
              .toList();
      return new CleanCopy(groups.size(), List.copyOf(unreadable), duplicates, captions);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder + ": " + e, e);
    } finally {
      pool.shutdownNow();
    }
  }

  /**
   * Returns normally if a folder can take a copy.
   *
   * @throws IllegalArgumentException if it exists and is not empty, or is no folder
   */
  public static void requireEmpty(Path folder) {
    String expected = "a new or empty folder";
    Check.that(!Files.exists(folder) || Files.isDirectory(folder), "fix", folder, expected);
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        Check.that(files.findAny().isEmpty(), "fix", folder, expected);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + folder + ": " + e, e);
      }
    }
  }

  /** The hash of a picture, or the reason that it has none. */
  private record Hash(BigInteger value, Optional<String> fault) {}

  private static Hash hash(PictureFiles set, long index) {
    try {
      return new Hash(hash(set.image(index)), Optional.empty());
    } catch (UncheckedIOException e) {
      return new Hash(BigInteger.ZERO, Optional.of(String.valueOf(e.getMessage())));
    }
  }

  /** Returns a hash of the size and the pixels of a picture. */
  public static BigInteger hash(Image image) {
    MessageDigest digest = Sha256.start();
    digest.update(ByteBuffer.allocate(8).putInt(image.width()).putInt(image.height()).flip());
    return new BigInteger(1, digest.digest(Rgb8.of(image).pixels()));
  }

  /** Copies the first of equal pictures, with the captions of all. */
  private static void copy(
      PictureFiles set,
      List<Long> group,
      Path folder,
      String caption,
      Set<String> stems,
      Tally captions)
      throws IOException {
    Set<String> texts = new LinkedHashSet<>();
    for (long index : group) {
      var repaired = set.repairedCaptions(index);
      texts.addAll(repaired.captions());
      repaired.faults().counts().forEach((fault, count) -> captions.add(fault));
    }
    if (texts.isEmpty() && !caption.isEmpty()) {
      texts.add(caption);
    }
    byte[] file = set.file(group.get(0));
    String stem = stem(set.key(group.get(0)), stems);
    Path picture = folder.resolve(stem + extension(file));
    Files.createDirectories(picture.toAbsolutePath().getParent());
    Files.write(picture, file);
    if (!texts.isEmpty()) {
      Files.writeString(folder.resolve(stem + ".txt"), String.join("\n", texts) + "\n", UTF_8);
    }
  }

  /** Returns a name in the folder for a picture, without its extension, and notes it as taken. */
  private static String stem(String key, Set<String> stems) {
    List<String> parts = new ArrayList<>();
    for (String part : key.split("[/\\\\]+", -1)) {
      // The reader of folders leaves out hidden files, and those that begin with two underscores.
      String visible = part.replaceAll("[\\p{Cntrl}:]", "-").replaceAll("^(\\.|__)+", "");
      if (!visible.isEmpty()) {
        parts.add(visible);
      }
    }
    String name = String.join("/", parts);
    String stem = name.replaceAll("(?i)\\.(png|jpe?g|webp|gif)$", "");
    String free = stem.isEmpty() ? "picture" : stem;
    for (int i = 2; !stems.add(free); i++) {
      free = stem + "-" + i;
    }
    return free;
  }

  private static String extension(byte[] file) {
    return FORMATS.entrySet().stream()
        .filter(format -> begins(file, format.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(".png");
  }

  private static boolean begins(byte[] file, String bytes) {
    for (int i = 0; i < bytes.length(); i++) {
      if (i >= file.length || (file[i] & 0xff) != bytes.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
