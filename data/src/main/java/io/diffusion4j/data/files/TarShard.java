package io.diffusion4j.data.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shards in the layout of webdataset and img2dataset: the members of a sample are next to each
 * other and have one name up to the first dot; of {@code KEY.jpg}, {@code KEY.txt} and {@code
 * KEY.json} the first is the picture and the second or third has its captions. Samples without a
 * picture are skipped. A shard is not unpacked: its pictures are read in place.
 */
final class TarShard {
  private static final Pattern MEMBER = Pattern.compile("((?:.*/|)[^.]+)[.]([^/]*)");
  private static final Pattern META = Pattern.compile(".*__[^/]*__($|/.*)");
  private static final List<String> PICTURES = List.of("jpg", "png", "jpeg", "webp", "gif");

  private TarShard() {}

  static List<Entry> entries(String setting, Path shard, Columns columns) throws IOException {
    Unchanged tar = Unchanged.of(shard);
    List<Entry> entries = new ArrayList<>();
    String key = "";
    Map<String, TarIndex.Member> sample = new LinkedHashMap<>();
    for (TarIndex.Member member : TarCache.ofUser().members(setting, shard)) {
      Matcher name = MEMBER.matcher(member.name());
      if (!name.matches() || META.matcher(member.name()).matches()) {
        continue;
      }
      if (!name.group(1).equals(key)) {
        add(entries, tar, sample, columns);
        sample.clear();
        key = name.group(1);
      }
      if (sample.put(name.group(2).toLowerCase(Locale.ROOT), member) != null) {
        throw new IllegalArgumentException(
            "%s: %s has %s twice (expected: each member once)"
                .formatted(setting, shard, member.name()));
      }
    }
    add(entries, tar, sample, columns);
    if (entries.isEmpty()) {
      throw new IllegalArgumentException(
          setting
              + ": "
              + shard
              + " (expected: a shard with pictures, such as KEY.jpg and KEY.txt)");
    }
    return entries;
  }

  private static void add(
      List<Entry> entries, Unchanged tar, Map<String, TarIndex.Member> sample, Columns columns) {
    for (String extension : PICTURES) {
      TarIndex.Member picture = sample.get(extension);
      if (picture != null) {
        TarIndex.Member text = sample.get("txt");
        TarIndex.Member json = sample.get("json");
        Captions captions =
            text != null
                ? CaptionTexts.lines(text.in(tar))
                : json != null ? CaptionTexts.field(json.in(tar), columns) : List::of;
        entries.add(new Entry(picture.name(), picture.in(tar), captions));
        return;
      }
    }
  }
}
