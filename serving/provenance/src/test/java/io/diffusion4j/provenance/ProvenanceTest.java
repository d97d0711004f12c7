package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.image.CompressedFormat;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.provenance.Finding.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProvenanceTest {
  private static final Recipe RECIPE = new Recipe("Diffusion4J recipe", "{\"an\":\"äpple\"}");
  private static final long MAX = 1 << 20;

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

  @Test
  void everyFileDeclaresThatAModelDrewIt() throws IOException {
    byte[] png =
        Provenance.DECLARED.encode(
            image, Optional.of(RECIPE), SourceType.TRAINED_ALGORITHMIC_MEDIA);
    assertThat(MarkedFile.of(png).xmp().orElseThrow())
        .contains(
            "Iptc4xmpExt:DigitalSourceType="
                + "\"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\"");
    assertThat(Png.text(png)).containsEntry(RECIPE.keyword(), RECIPE.text());
    assertThat(ImageFiles.read(png, MAX).pixels()).isEqualTo(Rgb8.of(image).toImage().pixels());
    assertThat(verify(png).declared()).isTrue();
    assertThat(verify(png).verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void equalPicturesAreEqualFiles() {
    assertThat(signed()).isEqualTo(signed());
  }

  @Test
  void aSignedFileWasMadeHere() throws IOException {
    Finding finding = verify(signed());
    assertThat(finding.verdict()).isEqualTo(Verdict.MADE_HERE);
    assertThat(finding.reason()).isEqualTo("the pixels and the recipe are as signed");
    assertThat(finding.key()).contains(key.trusted().id());
  }

  @Test
  void onAnotherMachineThePublicKeyIsEnough() throws IOException {
    var trusted = TrustedKey.read(SigningKey.publicFile(folder.resolve("signing.key")));
    var verifier = new Verifier(List.of(trusted), List.of());
    assertThat(verifier.verify(signed(), RECIPE.keyword(), MAX).verdict())
        .isEqualTo(Verdict.MADE_HERE);
  }

  @Test
  void aRewrittenFileWithItsXmpWasMadeHere() throws IOException {
    byte[] signed = signed();
    String xmp = MarkedFile.of(signed).xmp().orElseThrow();
    byte[] rewritten = MarkedFile.of(Pictures.rewritten(signed)).withXmp(xmp).bytes();
    Finding finding = verify(rewritten);
    assertThat(finding.verdict()).isEqualTo(Verdict.MADE_HERE);
    assertThat(finding.reason()).endsWith("the recipe is missing");
  }

  @Test
  void xmpAsOthersRewriteItIsRead() throws IOException {
    byte[] signed = signed();
    String xmp = MarkedFile.of(signed).xmp().orElseThrow();
    String elements = // attributes as elements, as some programs write them
        xmp.replaceAll("\n d4j:(\\w+)=\"([^\"]*)\"", "")
            .replace(
                "/></rdf:RDF>",
                ">"
                    + xmp.lines()
                        .filter(line -> line.startsWith(" d4j:"))
                        .map(
                            line ->
                                line.replaceAll(
                                    " d4j:(\\w+)=\"([^\"]*)\".*", "<d4j:$1>$2</d4j:$1>"))
                        .reduce("", String::concat)
                    + "</rdf:Description></rdf:RDF>");
    assertThat(verify(MarkedFile.of(signed).withXmp(elements).bytes()).verdict())
        .isEqualTo(Verdict.MADE_HERE);
  }

  @Test
  void anotherPixelIsAChange() throws IOException {
    Rgb8 pixels = Rgb8.of(image);
    pixels.pixels()[77] ^= 1;
    String xmp = MarkedFile.of(signed()).xmp().orElseThrow();
    byte[] changed = MarkedFile.of(Png.encode(pixels.toImage(), Map.of())).withXmp(xmp).bytes();
    Finding finding = verify(changed);
    assertThat(finding.verdict()).isEqualTo(Verdict.CHANGED);
    assertThat(finding.reason()).isEqualTo("the pixels are not the signed ones");
  }

  @Test
  void anotherRecipeIsAChange() throws IOException {
    String xmp = MarkedFile.of(signed()).xmp().orElseThrow();
    byte[] changed =
        MarkedFile.of(Png.encode(image, Map.of(RECIPE.keyword(), "{}"))).withXmp(xmp).bytes();
    assertThat(verify(changed).verdict()).isEqualTo(Verdict.CHANGED);
  }

  @Test
  void aForgedStatementIsAChange() throws IOException {
    byte[] other = Png.encode(Pictures.drawn(96, 4), Map.of());
    String xmp = MarkedFile.of(signed()).xmp().orElseThrow();
    String digest = Digests.of(Rgb8.of(Pictures.drawn(96, 4)));
    String forged = xmp.replaceFirst("d4j:Pixels=\"\\w+\"", "d4j:Pixels=\"" + digest + "\"");
    Finding finding = verify(MarkedFile.of(other).withXmp(forged).bytes());
    assertThat(finding.verdict()).isEqualTo(Verdict.CHANGED);
    assertThat(finding.reason()).startsWith("the signature is not of its key");
  }

  @Test
  void anotherKeyIsUnknown() throws IOException {
    SigningKey other = SigningKey.create(folder.resolve("other.key"));
    byte[] png =
        Provenance.DECLARED
            .withKey(other)
            .encode(image, Optional.of(RECIPE), SourceType.TRAINED_ALGORITHMIC_MEDIA);
    Finding finding = verify(png);
    assertThat(finding.verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThat(finding.reason()).contains(other.trusted().id());
  }

  /** Otherwise a small file of a stranger would take much memory for nothing. */
  @Test
  void aFileIsOnlyDecodedForAKeyOrAWatermark() throws IOException {
    byte[] png = Png.encode(image, Map.of());
    assertThat(verify(png, 1).verdict()).isEqualTo(Verdict.UNKNOWN);
    assertThatThrownBy(() -> verify(signed(), 1)).isInstanceOf(IOException.class);
  }

  private Finding verify(byte[] file, long maxPixels) throws IOException {
    return new Verifier(List.of(key.trusted()), List.of())
        .verify(file, RECIPE.keyword(), maxPixels);
  }

  @Test
  void xmpThatIsNonsenseIsUnknown() throws IOException {
    for (String xmp : List.of("", "<a", "not XML", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>")) {
      byte[] png = MarkedFile.of(signed()).withXmp(xmp).bytes();
      assertThat(verify(png).verdict()).isEqualTo(Verdict.UNKNOWN);
    }
  }

  @Test
  void convertedFilesCanBeMarkedAgain() throws IOException {
    byte[] jpeg = CompressedFormat.JPEG.encode(image, 0.9);
    for (byte[] file : List.of(jpeg, Pictures.webp("lossy"), Pictures.webp("transparent"))) {
      byte[] marked = Provenance.DECLARED.withKey(key).mark(file, RECIPE.keyword(), MAX);
      assertThat(verify(marked).verdict()).isEqualTo(Verdict.MADE_HERE);
      assertThat(Provenance.DECLARED.withKey(key).mark(marked, RECIPE.keyword(), MAX))
          .isEqualTo(marked);
    }
  }

  @Test
  void xmpOfOthersIsNotReplaced() throws IOException {
    byte[] theirs = MarkedFile.of(signed()).withXmp("<x:xmpmeta xmlns:x='x'/>").bytes();
    assertThatThrownBy(() -> Provenance.DECLARED.mark(theirs, RECIPE.keyword(), MAX))
        .hasMessage("file: with XMP of another program (expected: a picture that a model drew)");
  }

  @Test
  void aWatermarkWithoutASignatureIsAChange() throws IOException {
    var watermark = new Watermark(WatermarkKey.create(folder.resolve("watermark.key")));
    byte[] png =
        Provenance.DECLARED
            .withWatermark(watermark)
            .encode(image, Optional.empty(), SourceType.TRAINED_ALGORITHMIC_MEDIA);
    var verifier = new Verifier(List.of(key.trusted()), List.of(watermark));
    Finding finding = verifier.verify(Pictures.rewritten(png), RECIPE.keyword(), MAX);
    assertThat(finding.verdict()).isEqualTo(Verdict.CHANGED);
    assertThat(finding.watermark().orElseThrow().isFound()).isTrue();
    assertThat(verifier.verify(Png.encode(image, Map.of()), RECIPE.keyword(), MAX).verdict())
        .isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aKeyThatOthersCanReadIsRefused() throws IOException {
    Path file = folder.resolve("signing.key");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> SigningKey.read(file))
        .hasMessage(
            "key: %s, which others can access (expected: a file of its owner alone: chmod 600 %s)",
            file, file);
  }

  @Test
  void aKeyIsReadAsItWasWritten() throws IOException {
    Path file = folder.resolve("signing.key");
    byte[] again =
        Provenance.DECLARED
            .withKey(SigningKey.read(file))
            .encode(image, Optional.of(RECIPE), SourceType.TRAINED_ALGORITHMIC_MEDIA);
    assertThat(again).isEqualTo(signed());
  }

  @Test
  void filesThatAreNoKeysAreRefused() throws IOException {
    Path file = folder.resolve("signing.key");
    Files.write(file, "nothing".getBytes(UTF_8));
    assertThatThrownBy(() -> SigningKey.read(file))
        .hasMessage("key: %s (expected: a file with BEGIN PRIVATE KEY)", file);
    SigningKey.create(folder.resolve("other.key"));
    Files.delete(file);
    Files.move(folder.resolve("other.key"), file);
    assertThatThrownBy(() -> SigningKey.read(file))
        .hasMessage("key: %s (expected: the private key of %s.pub)", file, file);
  }
}
