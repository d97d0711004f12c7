package io.diffusion4j.data.files;

import static java.nio.file.FileVisitResult.CONTINUE;
import static java.nio.file.FileVisitResult.SKIP_SUBTREE;

import io.diffusion4j.data.Tally;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Folders of pictures, as the {@code imagefolder} of Hugging Face reads them: of any depth, with
 * {@code metadata.jsonl}, {@code metadata.csv} or {@code metadata.parquet} in any of them, or with
 * the captions of {@code NAME.png} in {@code NAME.txt} (one in a line) or {@code NAME.json}. A
 * folder {@code train} in it is the data set. Tar files are shards. Parquet tables are read if
 * there are no other files; of several splits, the training split is read. Links are followed.
 */
final class ImageFolder {
  private static final String TRAIN = "train";
  private static final Set<String> METADATA =
      Set.of("metadata.jsonl", "metadata.csv", "metadata.parquet");
  private static final Pattern TRAINING_TABLE = Pattern.compile("train[-_.].*");

  private final String setting;
  private final Path root;
  private final Columns columns;
  private final Tally notRead;

  /** The visible files that are not read yet, in the order of their paths. */
  private final Set<Path> files = new TreeSet<>();

  private ImageFolder(String setting, Path root, Columns columns, Tally notRead) {
    this.setting = setting;
    this.root = root;
    this.columns = columns;
    this.notRead = notRead;
  }

  /**
   * Returns the pictures of a folder, none if it has none.
   *
   * @param notRead counts the files that are not read
   */
  static List<Entry> entries(String setting, Path folder, Columns columns, Tally notRead)
      throws IOException {
    Path train = folder.resolve(TRAIN);
    var reader =
        new ImageFolder(setting, Files.isDirectory(train) ? train : folder, columns, notRead);
    Files.walkFileTree(
        reader.root, Set.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, reader.new Walk());
    List<Entry> entries = reader.read(folder);
    return entries;
  }

  private List<Entry> read(Path folder) throws IOException {
    List<Path> lists = files.stream().filter(file -> METADATA.contains(name(file))).toList();
    Set<String> kinds =
        lists.stream().map(ImageFolder::name).collect(Collectors.toCollection(TreeSet::new));
    if (kinds.size() > 1) {
      throw new IllegalArgumentException(
          "%s: %s, with %s (expected: metadata of one kind)"
              .formatted(setting, folder, String.join(" and ", kinds)));
    }
    List<Entry> entries = new ArrayList<>();
    for (Path list : lists) {
      entries.addAll(
          PictureTable.isTable(name(list))
              ? PictureTable.of(setting, list).entries(list, root, columns)
              : PictureList.entries(list, root, columns));
    }
    if (lists.isEmpty()) {
      for (Path file : List.copyOf(files)) {
        if (PictureFiles.isPicture(name(file))) {
          entries.add(beside(file));
        } else if (name(file).endsWith(".tar")) {
          files.remove(file);
          entries.addAll(TarShard.entries(setting, file, columns, notRead));
        }
      }
    }
    if (entries.isEmpty()) {
      for (Path table : tables()) {
        files.remove(table);
        entries.addAll(PictureTable.of(setting, table).entries(table, root, columns));
      }
    }
    var read = new HashSet<>(lists);
    entries.forEach(entry -> read.add(entry.picture().file().normalize()));
    files.stream()
        .filter(file -> !read.contains(file) && !read.contains(file.normalize()))
        .map(file -> kind(file, !lists.isEmpty()))
        .forEach(notRead::add);
    return entries;
  }

  private List<Path> tables() {
    List<Path> all = files.stream().filter(file -> PictureTable.isTable(name(file))).toList();
    List<Path> training =
        all.stream().filter(file -> TRAINING_TABLE.matcher(name(file)).matches()).toList();
    return training.isEmpty() ? all : training;
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private static String kind(Path file, boolean isListed) {
    String kind = PictureFiles.kind(name(file));
    return isListed
        ? kind.replace(PictureFiles.ALONE, "")
            + (PictureFiles.isPicture(name(file)) ? " without a row" : "")
        : kind;
  }

  private Entry beside(Path picture) throws IOException {
    String stem = name(picture).substring(0, name(picture).lastIndexOf('.'));
    Path text = picture.resolveSibling(stem + ".txt");
    Path json = picture.resolveSibling(stem + ".json");
    Captions captions =
        Files.isRegularFile(text)
            ? CaptionTexts.lines(Bytes.of(text))
            : Files.isRegularFile(json)
                ? CaptionTexts.field(Bytes.of(json), columns)
                : Captions.of(List.of());
    List.of(picture, text, json).forEach(files::remove);
    return new Entry(Inside.key(root, picture), Bytes.of(picture), captions);
  }

  /** Collects the files of a folder and of the folders in it, without hidden ones. */
  private final class Walk extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return folder.equals(root) || isVisible(folder) ? CONTINUE : SKIP_SUBTREE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (isVisible(file)) {
        if (attributes.isRegularFile()) {
          files.add(file);
        } else if (attributes.isSymbolicLink()) {
          notRead.add("behind dangling links");
        }
      }
      return CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (!(e instanceof FileSystemLoopException)) {
        throw e;
      }
      notRead.add("behind circular links");
      return CONTINUE;
    }

    private static boolean isVisible(Path path) {
      return !name(path).startsWith(".") && !name(path).startsWith("__");
    }
  }
}
