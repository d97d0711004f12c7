package io.diffusion4j.data.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shards of webdataset and img2dataset, whole ones and others. */
class TarShardTest {
  private static final byte[] PICTURE = Png.encode(new Image(2, 2, new float[12]), Map.of());

  private Path shard = Path.of("");

  @BeforeEach
  void name(@TempDir Path folder) {
    shard = folder.resolve("00000.tar");
  }

  private PictureFiles open(byte[] tar) throws IOException {
    Files.write(shard, tar);
    return PictureFiles.open("data", List.of(shard.toString()), Columns.DEFAULT);
  }

  private static byte[] text(String text) {
    return text.getBytes(UTF_8);
  }

  @Test
  void membersOfOneKeyAreASample() throws IOException {
    var tar =
        new TarWriter()
            .file("000.json", text("{\"caption\": \"not this one\"}"))
            .file("000.png", PICTURE)
            .file("000.txt", text("one\nuno"))
            .file("__index__", text("nothing"))
            .file("001.seg.png", PICTURE)
            .file("001.JPG", PICTURE)
            .file("001.json", text("{\"caption\": \"two\", \"status\": \"success\"}"))
            .file("002.txt", text("no picture"))
            .file("003.webp", PICTURE)
            .end();
    PictureFiles set = open(tar);
    assertThat(set.size()).isEqualTo(3);
    assertThat(set.key(1)).isEqualTo("001.JPG");
    assertThat(set.captions(0)).containsExactly("one", "uno");
    assertThat(set.captions(1)).containsExactly("two");
    assertThat(set.captions(2)).isEmpty();
    assertThat(set.image(0).width()).isEqualTo(2);
  }

  @Test
  void longNamesAreRead() throws IOException {
    String name = "a/".repeat(80) + "ü";
    PictureFiles set =
        open(
            new TarWriter()
                .pax(name + ".png", PICTURE)
                .gnu(name + ".txt", text("long"))
                .file("b.png", PICTURE)
                .end());
    assertThat(set.key(0)).isEqualTo(name + ".png");
    assertThat(set.captions(0)).containsExactly("long");
    assertThat(set.key(1)).isEqualTo("b.png");
  }

  @Test
  void aShardThatIsCutOffIsRefused() throws IOException {
    byte[] whole = new TarWriter().file("a.png", PICTURE).file("b.png", PICTURE).end();
    int second = 512 + 512 * ((PICTURE.length + 511) / 512);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(Arrays.copyOf(whole, second + 512 + 10)))
        .withMessage(
            "data: %s, b.png claims %d bytes and the file ends after 10 (expected: a whole tar file)"
                .formatted(shard, PICTURE.length));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(Arrays.copyOf(whole, second + 100)))
        .withMessage(
            "data: %s, a header is cut off at byte %d (expected: a whole tar file)"
                .formatted(shard, second));
    assertThatIllegalArgumentException()
        .as("cut off between two members")
        .isThrownBy(() -> open(Arrays.copyOf(whole, second)))
        .withMessage(
            "data: %s, ends at byte %d after a member (expected: a whole tar file, with zeros at its"
                    .formatted(shard, second)
                + " end)");
  }

  /**
   * The members of a folder in the order of their names, as {@code tar --sort=name} writes them.
   */
  private static Map<String, byte[]> members() {
    var members = new TreeMap<String, byte[]>();
    members.put("a.png", PICTURE);
    members.put("a.txt", text("one\nuno"));
    members.put("b.json", text("{\"text\": \"two\"}"));
    members.put("b.png", PICTURE);
    members.put("c.v2.png", PICTURE);
    members.put("c.v2.txt", text("three"));
    return members;
  }

  private static Map<String, List<String>> captions(PictureFiles set) {
    return LongStream.range(0, set.size())
        .boxed()
        .collect(Collectors.toMap(set::key, set::captions));
  }

  private static void permute(
      List<String> rest, List<String> before, Consumer<List<String>> action) {
    if (rest.isEmpty()) {
      action.accept(before);
    }
    for (String next : rest) {
      permute(
          rest.stream().filter(one -> !one.equals(next)).toList(),
          Stream.concat(before.stream(), Stream.of(next)).toList(),
          action);
    }
  }

  @Test
  void everyOrderOfMembersGivesTheSamplesOfTheSameFilesInAFolder(@TempDir Path folder)
      throws IOException {
    for (var member : members().entrySet()) {
      Files.write(folder.resolve(member.getKey()), member.getValue());
    }
    var expected = captions(PictureFiles.open("data", List.of(folder.toString()), Columns.DEFAULT));
    assertThat(expected)
        .isEqualTo(
            Map.of(
                "a.png", List.of("one", "uno"),
                "b.png", List.of("two"),
                "c.v2.png", List.of("three")));
    permute(
        List.copyOf(members().keySet()),
        List.of(),
        order -> {
          var tar = new TarWriter();
          order.forEach(name -> tar.file("./" + name, requireNonNull(members().get(name))));
          try {
            assertThat(captions(open(tar.end()))).as("%s", order).isEqualTo(expected);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void shardsMayRestartTheirKeys() throws IOException {
    byte[] tar = new TarWriter().file("0000.png", PICTURE).end();
    Files.write(shard, tar);
    Path next = Files.write(shard.resolveSibling("00001.tar"), tar);
    var set =
        PictureFiles.open("data", List.of(shard.toString(), next.toString()), Columns.DEFAULT);
    String parent = requireNonNull(shard.getParent()).getFileName().toString();
    assertThat(captions(set).keySet())
        .containsExactlyInAnyOrder("0000.png", parent + "/00001.tar/0000.png");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                PictureFiles.open(
                    "data", List.of(shard.toString(), shard.toString()), Columns.DEFAULT))
        .withMessage("data: " + shard + ", twice (expected: each path once)");
  }

  @Test
  void aKeyThatComesBackWithTheSameKindOfMemberIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                open(
                    new TarWriter()
                        .file("a.png", PICTURE)
                        .file("b.png", PICTURE)
                        .file("a.png", PICTURE)
                        .end()))
        .withMessageContaining(" has a.png twice (expected: each member once)");
  }

  @Test
  void membersThatAreNotReadAreCounted() throws IOException {
    var set =
        open(
            new TarWriter()
                .file("a.png", PICTURE)
                .file("a.seg.png", PICTURE)
                .file("a.cls", text("7"))
                .file("b.cls", text("7"))
                .file("c.txt", text("no picture"))
                .file("noextension", text("x"))
                .end());
    assertThat(set.notRead())
        .hasToString("2 .cls, 1 .seg.png, 1 .txt without a picture, 1 without extension");
  }

  @Test
  void aMemberThatClaimsTooMuchIsRefused() throws IOException {
    byte[] huge = new byte[12];
    huge[0] = (byte) 0x80;
    huge[4] = (byte) 0x80; // 2^63
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().member("a.png", '0', huge, PICTURE).end()))
        .withMessage(
            "data: %s, a.png claims more than 2^63 bytes (expected: a whole tar file)"
                .formatted(shard));
    byte[] large = new byte[12];
    large[0] = (byte) 0x80;
    large[6] = 1; // 2^40
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().member("a.png", '0', large, PICTURE).end()))
        .withMessageContaining("a.png claims " + (1L << 40) + " bytes and the file ends after ");
  }

  @ParameterizedTest
  @ValueSource(chars = {'0', 'x', 'L'})
  void aMemberThatClaimsLessThanNothingIsRefused(char type) {
    byte[] size = text("-0000002000\0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().member("a.png", type, size, PICTURE).end()))
        .withMessageStartingWith(
            "data: %s, a.png claims -1024 bytes and the file ends after ", shard)
        .withMessageEndingWith(" (expected: a whole tar file)");
  }

  @Test
  void longNamesAndPaxRecordsAreBounded() {
    String longest = "n".repeat(1 << 20);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().gnu(longest, PICTURE).end()))
        .withMessage(
            "data: %s, ././@LongLink has a name of 1048577 bytes (expected: at most 1048576)"
                .formatted(shard));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().pax(longest, PICTURE).end()))
        .withMessage(
            "data: %s, PaxHeaders/x has a name of 1048590 bytes (expected: at most 1048576)"
                .formatted(shard));
    byte[] records = text("9 path=a\n9223372036854775807 path=b\n");
    byte[] size = TarWriter.octal(records.length, 12);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().member("x", 'x', size, records).end()))
        .withMessage(
            "data: %s, a pax record of 9223372036854775807 bytes (expected: one that fits its"
                    .formatted(shard)
                + " header)");
  }

  @Test
  void whatIsNoShardIsRefused() throws IOException {
    var gzip = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(gzip)) {
      out.write(new TarWriter().file("a.png", PICTURE).end());
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(gzip.toByteArray()))
        .withMessageContaining(", compressed (expected: a plain tar file");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new byte[0]))
        .withMessageContaining(", a header is cut off at byte 0 (expected: a whole tar file)");
    byte[] noise = new byte[2048];
    Arrays.fill(noise, (byte) 'x');
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(noise))
        .withMessageContaining(", no header at byte 0 (expected: a tar file)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().file("a.png", PICTURE).file("a.png", PICTURE).end()))
        .withMessageContaining(" has a.png twice (expected: each member once)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(new TarWriter().file("a.txt", text("words")).end()))
        .withMessage(
            "data: " + shard + " (expected: a shard with pictures, such as KEY.jpg and KEY.txt)");
  }
}
