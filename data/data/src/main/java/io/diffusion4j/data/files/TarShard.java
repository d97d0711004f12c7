package io.diffusion4j.data.files;

import io.diffusion4j.data.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Shards in the layout of webdataset and img2dataset: the members of a sample have one name up to
 * the first dot, wherever they are in the shard; of {@code KEY.jpg}, {@code KEY.txt} and {@code
 * KEY.json} the first is the picture and the second or third has its captions. In a sample without
 * a picture, names go up to the next dot: {@code a.b.png} belongs to {@code a.b.txt}. Shards may
 * restart their keys. A shard is not unpacked: its pictures are read in place.
 */
final class TarShard {
  private static final Pattern MEMBER = Pattern.compile("(?s)((?:.*/|)[^.]+)[.]([^/]*)");
  private static final Pattern META = Pattern.compile("(?s).*__[^/]*__($|/.*)");
  private static final String HERE = "./";
  private static final List<String> PICTURES = List.of("jpg", "png", "jpeg", "webp", "gif");

  private final Path shard;
  private final Unchanged tar;
  private final Columns columns;
  private final Tally notRead;
  private final List<Entry> entries = new ArrayList<>();

  private TarShard(Path shard, Columns columns, Tally notRead) throws IOException {
    this.shard = shard;
    this.tar = Unchanged.of(shard);
    this.columns = columns;
    this.notRead = notRead;
  }

  static List<Entry> entries(String setting, Path shard, Columns columns, Tally notRead)
      throws IOException {
    var reader = new TarShard(shard, columns, notRead);
    Map<String, Map<String, TarIndex.Member>> samples = new LinkedHashMap<>();
    for (TarIndex.Member member : TarCache.ofUser().members(setting, shard)) {
      Matcher name = MEMBER.matcher(relative(member));
      if (META.matcher(member.name()).matches()) {
        continue;
      }
      if (!name.matches()) {
        notRead.add(PictureFiles.kind(member.name()));
      } else if (samples
              .computeIfAbsent(name.group(1), key -> new LinkedHashMap<>())
              .put(name.group(2).toLowerCase(Locale.ROOT), member)
          != null) {
        throw new IllegalArgumentException(
            "%s: %s has %s twice (expected: each member once)"
                .formatted(setting, shard, member.name()));
      }
    }
    samples.values().forEach(reader::add);
    if (reader.entries.isEmpty()) {
      throw new IllegalArgumentException(
          setting
              + ": "
              + shard
              + " (expected: a shard with pictures, such as KEY.jpg and KEY.txt)");
    }
    return reader.entries;
  }

  private static String relative(TarIndex.Member member) {
    return member.name().startsWith(HERE) ? member.name().substring(HERE.length()) : member.name();
  }

  /** Adds the picture of a sample, whose members are removed by their extensions. */
  private void add(Map<String, TarIndex.Member> sample) {
    var rest = new LinkedHashMap<>(sample);
    for (String extension : PICTURES) {
      TarIndex.Member picture = rest.remove(extension);
      if (picture != null) {
        entries.add(entry(picture, rest.remove("txt"), rest.remove("json")));
        rest.keySet().forEach(other -> notRead.add("." + other));
        return;
      }
    }
    Map<String, Map<String, TarIndex.Member>> longer = new LinkedHashMap<>();
    rest.forEach(
        (extension, member) -> {
          int dot = extension.indexOf('.');
          if (dot < 0) {
            notRead.add(PictureFiles.kind(member.name()));
          } else {
            longer
                .computeIfAbsent(extension.substring(0, dot), key -> new LinkedHashMap<>())
                .put(extension.substring(dot + 1), member);
          }
        });
    longer.values().forEach(this::add);
  }

  private Entry entry(
      TarIndex.Member picture, TarIndex.@Nullable Member text, TarIndex.@Nullable Member json) {
    Captions captions =
        text != null
            ? CaptionTexts.lines(text.in(tar))
            : json != null ? CaptionTexts.field(json.in(tar), columns) : Captions.of(List.of());
    Path file = shard.toAbsolutePath().normalize();
    Path named = file.subpath(Math.max(0, file.getNameCount() - 2), file.getNameCount());
    String key = relative(picture);
    return new Entry(
        key, named.toString().replace('\\', '/') + "/" + key, picture.in(tar), captions);
  }
}
