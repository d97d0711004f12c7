package io.diffusion4j.data.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Folders of pictures, as the {@code imagefolder} of Hugging Face reads them: of any depth, with
 * {@code metadata.jsonl}, {@code metadata.csv} or {@code metadata.parquet} in any of them, or with
 * the captions of {@code NAME.png} in {@code NAME.txt} (one in a line) or {@code NAME.json}. A
 * folder {@code train} in it is the data set. Tar files are shards. Parquet tables are read if
 * there are no other files; of several splits, the training split is read.
 */
final class ImageFolder {
  private static final String TRAIN = "train";
  private static final Set<String> METADATA =
      Set.of("metadata.jsonl", "metadata.csv", "metadata.parquet");
  private static final Pattern TRAINING_TABLE = Pattern.compile("train[-_.].*");

  private ImageFolder() {}

  static List<Entry> entries(String setting, Path folder, Columns columns) throws IOException {
    Path train = folder.resolve(TRAIN);
    Path root = Files.isDirectory(train) ? train : folder;
    List<Path> files;
    try (Stream<Path> walk = Files.walk(root)) {
      files =
          walk.filter(file -> isVisible(root.relativize(file)))
              .filter(Files::isRegularFile)
              .sorted()
              .toList();
    }
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
      for (Path file : files) {
        if (PictureFiles.isPicture(name(file))) {
          entries.add(beside(root, file, columns));
        } else if (name(file).endsWith(".tar")) {
          entries.addAll(TarShard.entries(setting, file, columns));
        }
      }
    }
    if (entries.isEmpty()) {
      for (Path table : tables(files)) {
        entries.addAll(PictureTable.of(setting, table).entries(table, root, columns));
      }
    }
    return entries;
  }

  private static List<Path> tables(List<Path> files) {
    List<Path> all = files.stream().filter(file -> PictureTable.isTable(name(file))).toList();
    List<Path> training =
        all.stream().filter(file -> TRAINING_TABLE.matcher(name(file)).matches()).toList();
    return training.isEmpty() ? all : training;
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  /** Ignores hidden files. */
  private static boolean isVisible(Path relative) {
    for (Path part : relative) {
      String name = part.toString();
      if (!name.isEmpty() && (name.startsWith(".") || name.startsWith("__"))) {
        return false;
      }
    }
    return true;
  }

  private static Entry beside(Path root, Path file, Columns columns) throws IOException {
    Path picture = Inside.require(root, file, file.toString());
    String stem = name(file).substring(0, name(file).lastIndexOf('.'));
    Path text = file.resolveSibling(stem + ".txt");
    Path json = file.resolveSibling(stem + ".json");
    Captions captions =
        Files.isRegularFile(text)
            ? CaptionTexts.lines(Bytes.of(text))
            : Files.isRegularFile(json) ? CaptionTexts.field(Bytes.of(json), columns) : List::of;
    return new Entry(Inside.key(root, file), Bytes.of(picture), captions);
  }
}
