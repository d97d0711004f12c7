package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.image.CompressedFormat;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.provenance.Finding.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files with the signed pixels that show or state something else were not made here. */
class ForgedFilesTest {
  private static final Recipe RECIPE = new Recipe("Diffusion4J recipe", "{\"an\":\"apple\"}");
  private static final long MAX = 1 << 20;
  private static final int AFTER_HEADER = 8 + 25;

  @TempDir private Path folder = Path.of("");
  private final Image image = Pictures.drawn(96, 3);
  private SigningKey key;

  @BeforeEach
  void createKey() throws IOException {
    key = SigningKey.create(folder.resolve("signing.key"));
  }

  private Finding verify(byte[] file) throws IOException {
    return new Verifier(List.of(key.trusted()), List.of()).verify(file, RECIPE.keyword(), MAX);
  }

  private byte[] signed() {
    return Provenance.DECLARED
        .withKey(key)
        .encode(image, Optional.of(RECIPE), SourceType.TRAINED_ALGORITHMIC_MEDIA);
  }

  private byte[] signed(byte[] file) throws IOException {
    return Provenance.DECLARED.withKey(key).mark(file, RECIPE.keyword(), MAX);
  }

  /** Changes to a signed PNG file, by name. */
  private static Map<String, UnaryOperator<byte[]>> changes() {
    Map<String, UnaryOperator<byte[]>> changes = new LinkedHashMap<>();
    changes.put(
        "acTL",
        png ->
            beforeEnd(
                inserted(png, AFTER_HEADER, "acTL", new byte[] {0, 0, 0, 1, 0, 0, 0, 0}),
                "fdAT",
                new byte[40]));
    changes.put("fcTL", png -> inserted(png, AFTER_HEADER, "fcTL", new byte[26]));
    changes.put("fdAT", png -> beforeEnd(png, "fdAT", new byte[40]));
    changes.put("gAMA", png -> inserted(png, AFTER_HEADER, "gAMA", new byte[] {0, 15, 66, 64}));
    changes.put("sRGB", png -> inserted(png, AFTER_HEADER, "sRGB", new byte[] {0}));
    changes.put("cHRM", png -> inserted(png, AFTER_HEADER, "cHRM", new byte[32]));
    changes.put("eXIf", png -> beforeEnd(png, "eXIf", orientation()));
    changes.put(
        "iTXt",
        png -> inserted(png, AFTER_HEADER, "iTXt", text("Diffusion4J recipe", "\0\0\0\0{}")));
    changes.put("iTXt at the end", png -> beforeEnd(png, "iTXt", text("Comment", "\0\0\0\0mine")));
    changes.put("tEXt", png -> inserted(png, AFTER_HEADER, "tEXt", text("parameters", "a pear")));
    changes.put("caBX", png -> inserted(png, AFTER_HEADER, "caBX", new byte[30]));
    changes.put("bytes after the end", png -> joined(png, "PK and the rest".getBytes(UTF_8)));
    return changes;
  }

  static Stream<String> names() {
    return changes().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aPngFileWithAnotherPartWasChanged(String name) throws IOException {
    Finding finding = verify(requireNonNull(changes().get(name)).apply(signed()));
    assertThat(finding.verdict()).isEqualTo(Verdict.CHANGED);
    String part = name.split(" at ", -1)[0];
    if (part.equals("eXIf")) { // which turns the picture
      assertThat(finding.reason()).isEqualTo("the pixels are not the signed ones");
    } else if (!part.equals("caBX")) {
      assertThat(finding.reason()).contains(part);
    }
  }

  @Test
  void noChunkThatTheSignerDidNotWriteIsMadeHere() throws IOException {
    var random = new Random(1);
    for (int i = 0; i < 300; i++) {
      var type = new StringBuilder();
      for (int letter = 0; letter < 4; letter++) { // the first is small: unknown, but not critical
        char first = letter == 0 || random.nextBoolean() ? 'a' : 'A';
        type.append((char) (first + random.nextInt(26)));
      }
      byte[] data = new byte[random.nextInt(50)];
      random.nextBytes(data);
      byte[] png = signed();
      byte[] changed =
          random.nextBoolean()
              ? inserted(png, AFTER_HEADER, type.toString(), data)
              : beforeEnd(png, type.toString(), data);
      assertThat(verify(changed).verdict()).as(type.toString()).isNotEqualTo(Verdict.MADE_HERE);
    }
  }

  @Test
  void anotherDeclarationIsAChange() throws IOException {
    MarkedFile file = MarkedFile.of(signed());
    String xmp = file.xmp().orElseThrow();
    String camera = xmp.replace("trainedAlgorithmicMedia", "digitalCapture");
    assertThat(verify(file.withXmp(camera).bytes()).verdict()).isEqualTo(Verdict.CHANGED);
    String creator =
        xmp.replace(
            "rdf:about=\"\"",
            "rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" dc:creator=\"me\"");
    assertThat(verify(file.withXmp(creator).bytes()).verdict()).isEqualTo(Verdict.CHANGED);
    String second =
        xmp.replace(
            "</rdf:RDF>",
            "<rdf:Description xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\""
                + " Iptc4xmpExt:DigitalSourceType=\"digitalCapture\"/></rdf:RDF>");
    assertThat(verify(file.withXmp(second).bytes()).verdict()).isEqualTo(Verdict.CHANGED);
  }

  @Test
  void aSecondPacketIsAChange() throws IOException {
    byte[] packet = text("XML:com.adobe.xmp", "\0\0\0\0<x/>");
    assertThat(verify(inserted(signed(), AFTER_HEADER, "iTXt", packet)).verdict())
        .isEqualTo(Verdict.CHANGED);
  }

  @Test
  void webpFilesWithOtherPartsWereChanged() throws IOException {
    byte[] webp = signed(Pictures.webp("lossy"));
    assertThat(verify(webp).verdict()).isEqualTo(Verdict.MADE_HERE);
    for (String type : List.of("ANIM", "ANMF", "ICCP", "EXIF", "abcd", "VP8L", "XMP ")) {
      Finding finding = verify(withChunk(webp, type, new byte[32]));
      assertThat(finding.verdict()).as(type).isEqualTo(Verdict.CHANGED);
    }
    byte[] animated = webp.clone();
    animated[20] |= 2;
    assertThatThrownBy(() -> verify(animated)).isInstanceOf(IOException.class);
    byte[] wider = webp.clone();
    wider[24]++;
    assertThat(verify(wider).verdict()).isEqualTo(Verdict.CHANGED);
    assertThat(verify(joined(webp, new byte[] {1, 2, 3, 4})).verdict()).isEqualTo(Verdict.CHANGED);
    assertThat(verify(joined(webp, new byte[64])).verdict()).isEqualTo(Verdict.CHANGED);
  }

  @Test
  void jpegFilesWithOtherPartsWereChanged() throws IOException {
    byte[] jpeg = signed(CompressedFormat.JPEG.encode(image, 0.9));
    assertThat(verify(jpeg).verdict()).isEqualTo(Verdict.MADE_HERE);
    byte[] exif = joined("Exif\0\0".getBytes(ISO_8859_1), orientation());
    assertThat(verify(withSegment(jpeg, 0xe1, exif)).verdict()).isEqualTo(Verdict.CHANGED);
    byte[] profile = joined("ICC_PROFILE\0".getBytes(ISO_8859_1), new byte[] {1, 1, 0, 0});
    assertThat(verify(withSegment(jpeg, 0xe2, profile)).verdict()).isEqualTo(Verdict.CHANGED);
    assertThat(verify(withSegment(jpeg, 0xfe, "mine".getBytes(UTF_8))).verdict())
        .isEqualTo(Verdict.CHANGED);
    assertThat(verify(joined(jpeg, jpeg)).verdict()).isEqualTo(Verdict.CHANGED);
    byte[] inner = Arrays.copyOf(jpeg, jpeg.length - 2);
    byte[] comment = {(byte) 0xff, (byte) 0xfe, 0, 4, 'm', 'e', (byte) 0xff, (byte) 0xd9};
    assertThat(verify(joined(inner, comment)).verdict()).isEqualTo(Verdict.CHANGED);
  }

  @Test
  void partsThatTheSignerHasSeenAreAsSigned() throws IOException {
    byte[] png = inserted(Png.encode(image, Map.of()), AFTER_HEADER, "sRGB", new byte[] {0});
    byte[] signed = signed(png);
    assertThat(verify(signed).verdict()).isEqualTo(Verdict.MADE_HERE);
    byte[] other = MarkedFile.of(signed).xmp().orElseThrow().getBytes(UTF_8);
    byte[] moved =
        MarkedFile.of(Png.encode(image, Map.of())).withXmp(new String(other, UTF_8)).bytes();
    assertThat(verify(moved).verdict()).isEqualTo(Verdict.CHANGED);
  }

  @Test
  void animationsAreNotSigned() {
    byte[] png = inserted(Png.encode(image, Map.of()), AFTER_HEADER, "acTL", new byte[8]);
    assertThatThrownBy(() -> signed(png))
        .hasMessage("file: animated (expected: one picture, which the signature covers)");
  }

  @Test
  void aPacketNestedDeeplyIsNone() {
    int deep = 100_000;
    assertThat(XmpPacket.parse("<a>".repeat(deep) + "</a>".repeat(deep))).isEqualTo(XmpPacket.NONE);
  }

  @Test
  void signaturesOfTheFirstVersionStillCount() throws IOException {
    // The signed bytes of version 1 had neither declaration nor parts.
    var statement =
        new Statement(
            Digests.of(Rgb8.of(image)), Optional.of(Digests.of(RECIPE.text())), Optional.empty());
    String xmp =
        new XmpPacket(
                Optional.of(SourceType.TRAINED_ALGORITHMIC_MEDIA.term()),
                Optional.of(key.sign(statement)),
                false)
            .text();
    assertThat(xmp).doesNotContain("d4j:Parts");
    byte[] png =
        MarkedFile.of(Png.encode(image, Map.of(RECIPE.keyword(), RECIPE.text())))
            .withXmp(xmp)
            .bytes();
    assertThat(verify(png).verdict()).isEqualTo(Verdict.MADE_HERE);
    assertThat(verify(inserted(png, AFTER_HEADER, "gAMA", new byte[4])).verdict())
        .isEqualTo(Verdict.CHANGED);
    String camera = xmp.replace("trainedAlgorithmicMedia", "digitalCapture");
    assertThat(verify(MarkedFile.of(png).withXmp(camera).bytes()).verdict())
        .isEqualTo(Verdict.CHANGED);
  }

  private static byte[] orientation() {
    return new byte[] {
      'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 18, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0
    };
  }

  private static byte[] text(String keyword, String rest) {
    return (keyword + '\0' + rest).getBytes(ISO_8859_1);
  }

  private static byte[] beforeEnd(byte[] png, String type, byte[] data) {
    return inserted(png, png.length - 12, type, data);
  }

  private static byte[] inserted(byte[] png, int at, String type, byte[] data) {
    var crc = new CRC32();
    crc.update(type.getBytes(ISO_8859_1));
    crc.update(data);
    ByteBuffer out = ByteBuffer.allocate(png.length + data.length + 12);
    out.put(png, 0, at).putInt(data.length).put(type.getBytes(ISO_8859_1)).put(data);
    return out.putInt((int) crc.getValue()).put(png, at, png.length - at).array();
  }

  private static byte[] withChunk(byte[] webp, String type, byte[] data) {
    ByteBuffer out =
        ByteBuffer.allocate(webp.length + 8 + data.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(webp).put(type.getBytes(ISO_8859_1)).putInt(data.length).put(data);
    return out.putInt(4, out.capacity() - 8).array();
  }

  private static byte[] withSegment(byte[] jpeg, int marker, byte[] data) {
    ByteBuffer out = ByteBuffer.allocate(jpeg.length + 4 + data.length);
    out.put(jpeg, 0, 2).put((byte) 0xff).put((byte) marker).putShort((short) (data.length + 2));
    return out.put(data).put(jpeg, 2, jpeg.length - 2).array();
  }

  private static byte[] joined(byte[] first, byte[] second) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(first);
    out.writeBytes(second);
    return out.toByteArray();
  }
}
