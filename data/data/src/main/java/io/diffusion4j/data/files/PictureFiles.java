package io.diffusion4j.data.files;

import io.diffusion4j.data.BadCaptionException;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.Split;
import io.diffusion4j.data.Tally;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * Pictures in folders, lists, tables and tar shards. Pictures and captions are read on demand; only
 * their positions are kept in memory.
 */
public final class PictureFiles implements PictureSet {
  private static final Pattern SHARE =
      Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

  private static final long MAX_PIXELS = 1L << 26;

  /** The endings besides those of PNG, JPEG and WebP; of animations the first frame is read. */
  private static final List<String> MORE_FORMATS = List.of("GIF");

  private static final Pattern PICTURE = Pattern.compile("(?is).*\\.(png|jpe?g|webp|gif)");

  private static final Set<String> SIDECARS = Set.of(".txt", ".json");

  /** Ends the kind of a file that would belong to a picture. */
  static final String ALONE = " without a picture";

  /** A path with a weight. */
  private static final Pattern WEIGHTED = Pattern.compile("(.+):(\\d+)");

  private static final int MAX_TIMES = 1000;

  private final String name;
  private final List<Entry> entries;
  private final Tally notRead;
  private final Checksums checksums = new Checksums();

  private PictureFiles(String name, List<Entry> entries, Tally notRead) {
    this.name = name;
    this.entries = List.copyOf(entries);
    this.notRead = notRead;
  }

  /**
   * A set with weights.
   *
   * @param files all pictures, each once
   * @param pictures the pictures as often as they come in an epoch
   */
  public record Weighted(PictureFiles files, PictureSet pictures) {}

  /**
   * Opens a set of pictures that come several times in an epoch.
   *
   * @param paths as for {@link #open}, each optionally with a colon and a whole number of times, as
   *     in {@code mine:3}, unless a file has this whole name
   * @throws IllegalArgumentException as {@link #open} does
   */
  public static Weighted weighted(String setting, List<String> paths, Columns columns) {
    List<String> plain = new ArrayList<>();
    List<Integer> times = new ArrayList<>();
    for (String path : paths) {
      Matcher weighted = WEIGHTED.matcher(path);
      boolean isWeighted = weighted.matches() && !Files.exists(Path.of(path));
      plain.add(isWeighted ? weighted.group(1) : path);
      String number = isWeighted ? weighted.group(2) : "1";
      Check.that(
          number.length() <= 4
              && Integer.parseInt(number) >= 1
              && Integer.parseInt(number) <= MAX_TIMES,
          setting,
          path,
          "a whole number of times from 1 to %s",
          MAX_TIMES);
      times.add(Integer.parseInt(number));
    }
    List<Integer> counts = new ArrayList<>();
    var all = open(setting, plain, columns, counts);
    LongStream.Builder indices = LongStream.builder();
    long index = 0;
    for (int i = 0; i < counts.size(); i++) {
      for (int k = 0; k < counts.get(i); k++, index++) {
        for (int n = 0; n < times.get(i); n++) {
          indices.add(index);
        }
      }
    }
    boolean isPlain = times.stream().allMatch(n -> n == 1);
    return new Weighted(all, isPlain ? all : all.only(indices.build().toArray()));
  }

  /**
   * Opens a set of pictures.
   *
   * @param setting the name of the setting with the paths, for messages
   * @param paths each a folder, a list ({@code .csv}, {@code .tsv} or {@code .jsonl}), a table of
   *     Parquet or a tar shard; braces stand for several: {@code {00000..00099}.tar}, {@code
   *     {a,b}.tar}
   * @throws IllegalArgumentException if a path is none of these or there are no pictures, or a list
   *     or a shard is not as it should be
   */
  public static PictureFiles open(String setting, List<String> paths, Columns columns) {
    return open(setting, paths, columns, new ArrayList<>());
  }

  /**
   * @param counts receives the number of pictures of each path
   */
  private static PictureFiles open(
      String setting, List<String> paths, Columns columns, List<Integer> counts) {
    List<Entry> entries = new ArrayList<>();
    Set<Path> known = new HashSet<>();
    var notRead = new Tally();
    try {
      for (String pattern : paths) {
        int before = entries.size();
        for (String one : Braces.expanded(pattern)) {
          Path path = Path.of(one);
          Check.that(
              !Files.exists(path) || known.add(path.toRealPath()),
              setting,
              path + ", twice",
              "each path once");
          entries.addAll(entries(setting, path, columns, notRead));
        }
        counts.add(entries.size() - before);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + String.join(", ", paths) + ": " + e, e);
    }
    List<String> names = paths.stream().map(path -> Path.of(path).normalize().toString()).toList();
    return new PictureFiles(
        String.join(", ", names), distinct(setting, String.join(", ", paths), entries), notRead);
  }

  private static List<Entry> distinct(String setting, String paths, List<Entry> entries) {
    Set<String> keys = new HashSet<>();
    List<Entry> distinct = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      if (keys.add(entry.key())) {
        distinct.add(entry);
      } else if (keys.add(entry.otherwise())) {
        distinct.add(new Entry(entry.otherwise(), entry.picture(), entry.captions()));
      } else {
        throw new IllegalArgumentException(
            "%s: %s has %s twice (expected: each picture once)"
                .formatted(setting, paths, entry.key()));
      }
    }
    return distinct;
  }

  /**
   * Returns the pictures of a folder.
   *
   * @throws IllegalArgumentException as {@link #open} does, and if it is no folder
   */
  public static PictureFiles folder(String setting, Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(setting + ": " + folder + " (expected: a folder)");
    }
    return open(setting, List.of(folder.toString()), Columns.DEFAULT);
  }

  private static List<Entry> entries(String setting, Path path, Columns columns, Tally notRead)
      throws IOException {
    if (Files.isDirectory(path)) {
      List<Entry> entries = ImageFolder.entries(setting, path, columns, notRead);
      if (entries.isEmpty()) {
        throw new IllegalArgumentException(
            notRead.counts().isEmpty()
                ? "%s: %s (expected: a folder with %s files)".formatted(setting, path, formats())
                : "%s: %s, %s (expected: a folder with %s files; convert others, for instance by %s)"
                    .formatted(setting, path, notRead, formats(), conversion(notRead)));
      }
      return entries;
    }
    String file = path.toString().toLowerCase(Locale.ROOT);
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException(
          setting + ": " + path + " (expected: a folder, a list or a tar file)");
    }
    if (file.endsWith(".tar")) {
      return TarShard.entries(setting, path, columns, notRead);
    }
    Path absolute = path.toAbsolutePath();
    Path root = Objects.requireNonNull(absolute.getParent(), "folder");
    if (file.endsWith(".csv") || file.endsWith(".tsv") || file.endsWith(".jsonl")) {
      return PictureList.entries(absolute, root, columns);
    }
    if (PictureTable.isTable(file)) {
      return PictureTable.of(setting, path).entries(absolute, root, columns);
    }
    throw new IllegalArgumentException(
        setting + ": " + path + " (expected: a folder, .csv, .tsv, .jsonl, .parquet or .tar)");
  }

  /**
   * Decodes the file of a picture, of at most 64 megapixels.
   *
   * @throws IOException if it is no picture in a format that data sets may have, or a damaged one
   */
  public static Image decode(byte[] file) throws IOException {
    return ImageFiles.read(file, MAX_PIXELS, MORE_FORMATS);
  }

  /** Describes the formats that data sets may have here: {@code PNG, JPEG, WebP or GIF}. */
  public static String formats() {
    return ImageFiles.formats(MORE_FORMATS);
  }

  /** Returns a command that converts the most frequent kind of files to PNG. */
  private static String conversion(Tally notRead) {
    String kind = notRead.counts().keySet().iterator().next();
    return kind.equals(".svg")
        ? "rsvg-convert -w 512 -b white NAME.svg -o NAME.png"
        : "magick NAME%s NAME.png".formatted(kind.startsWith(".") ? kind : ".tif");
  }

  /** Returns the kind of a file that is not read, by its extension. */
  static String kind(String name) {
    int dot = name.lastIndexOf('.');
    if (dot <= name.lastIndexOf('/')) {
      return "without extension";
    }
    String extension = name.substring(dot).toLowerCase(Locale.ROOT);
    return SIDECARS.contains(extension) ? extension + ALONE : extension;
  }

  /** Returns the files of the paths that are not read, hidden ones aside. */
  public Tally notRead() {
    return notRead;
  }

  static boolean isPicture(String name) {
    return PICTURE.matcher(name).matches();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long size() {
    return entries.size();
  }

  /**
   * Splits a set by the option for the pictures to validate with.
   *
   * @param setting the name of the setting that the choice is the value of, for messages
   * @param choice a share of the set in (0, 1), such as {@code 0.02}, or the path of another one in
   *     any layout that {@link #open} reads
   * @throws IllegalArgumentException if it is neither, or a side is empty
   */
  public static Split split(String setting, String choice, PictureSet pictures, Columns columns) {
    return SHARE.matcher(choice).matches()
        ? Split.byKey(pictures, Double.parseDouble(choice))
        : new Split(pictures, open(setting, List.of(choice), columns));
  }

  @Override
  public String key(long index) {
    return entry(index).key();
  }

  @Override
  public List<String> captions(long index) {
    try {
      return entry(index).captions().read();
    } catch (IOException e) {
      String reason = e instanceof BadCaptionException ? e.getMessage() : "caption: " + e;
      throw new UncheckedIOException(key(index) + ": " + reason, e);
    }
  }

  /** Returns the captions of a picture in a clean form, with guesses where they cannot be read. */
  Captions.Repaired repairedCaptions(long index) throws IOException {
    return entry(index).captions().repaired();
  }

  /** Returns the file of a picture, which may be a member of a shard or a value of a table. */
  byte[] file(long index) throws IOException {
    return entry(index).picture().read();
  }

  @Override
  public Image image(long index) {
    try {
      return decode(file(index));
    } catch (IOException e) {
      throw new UncheckedIOException(key(index) + ": " + e.getMessage(), e);
    }
  }

  /**
   * The version is the size and the modification time of the picture's file; empty if the file is
   * gone.
   */
  @Override
  public OptionalLong version(long index) {
    try {
      return OptionalLong.of(Unchanged.of(entry(index).picture().file()).hashed());
    } catch (IOException e) { // which reading the picture reports
      return OptionalLong.empty();
    }
  }

  /** The fingerprint is made of the sizes of the files of picture and captions. */
  @Override
  public long fingerprint(long index) {
    try {
      Entry entry = entry(index);
      return 31 * entry.picture().size() + entry.captions().fingerprint();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + key(index) + ": " + e, e);
    }
  }

  @Override
  public long checksum(long index) {
    try {
      Entry entry = entry(index);
      return 31 * checksums.of(entry.picture().file()) + entry.captions().checksum(checksums);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + key(index) + ": " + e, e);
    }
  }

  @Override
  public Optional<String> captionField() {
    return entries.stream().flatMap(entry -> entry.captions().field().stream()).findFirst();
  }

  private Entry entry(long index) {
    return entries.get(Math.toIntExact(index));
  }

  /** Expands names with braces to several names, as shells and webdataset do. */
  static final class Braces {
    private static final Pattern BRACES = Pattern.compile("\\{([^{}]*)}");
    private static final Pattern RANGE = Pattern.compile("(\\d{1,9})\\.\\.(\\d{1,9})");
    private static final int MAX = 1_000_000;

    private Braces() {}

    /** {@code a{00..02}.tar} is three names, {@code {a,b}::c} too. */
    static List<String> expanded(String pattern) {
      List<String> all = new ArrayList<>();
      for (String one : pattern.split("::", -1)) {
        expand(one, all);
      }
      return all;
    }

    private static void expand(String pattern, List<String> all) {
      Matcher braces = BRACES.matcher(pattern);
      if (!braces.find()) {
        all.add(pattern);
        return;
      }
      for (String choice : choices(braces.group(1))) {
        expand(
            pattern.substring(0, braces.start()) + choice + pattern.substring(braces.end()), all);
        if (all.size() > MAX) {
          throw new IllegalArgumentException(
              "pattern: " + pattern + " (expected: at most " + MAX + " names)");
        }
      }
    }

    private static List<String> choices(String inside) {
      Matcher range = RANGE.matcher(inside);
      if (!range.matches()) {
        return List.of(inside.split(",", -1));
      }
      int from = Integer.parseInt(range.group(1));
      int to = Integer.parseInt(range.group(2));
      if (from > to || to - from >= MAX) {
        throw new IllegalArgumentException(
            "range: {" + inside + "} (expected: upwards, of at most " + MAX + " numbers)");
      }
      String format = range.group(1).startsWith("0") ? "%0" + range.group(1).length() + "d" : "%d";
      List<String> choices = new ArrayList<>();
      for (int i = from; i <= to; i++) {
        choices.add(format.formatted(i));
      }
      return choices;
    }
  }
}
