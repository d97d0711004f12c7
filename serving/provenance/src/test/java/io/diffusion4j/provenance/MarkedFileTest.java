package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.diffusion.image.CompressedFormat;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MarkedFileTest {
  private static final String PACKET = "<?xpacket?><x>ē</x>";

  static Stream<Arguments> files() throws IOException {
    var image = Pictures.drawn(64, 1);
    return Stream.of(
        Arguments.of("png", Png.encode(image, Map.of("Title", "ä"))),
        Arguments.of("jpeg", CompressedFormat.JPEG.encode(image, 0.9)),
        Arguments.of("lossy WebP", Pictures.webp("lossy")),
        Arguments.of("lossless WebP", Pictures.webp("lossless")),
        Arguments.of("transparent WebP", Pictures.webp("transparent")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void whatIsStoredIsReadAndThePixelsStay(String kind, byte[] file) throws IOException {
    byte[] store = new byte[1001];
    byte[] marked = MarkedFile.of(file).withXmp(PACKET).withManifest(store).bytes();
    MarkedFile read = MarkedFile.of(marked);
    assertThat(read.xmp()).contains(PACKET);
    assertThat(read.manifest().orElseThrow().length()).isBetween(1001, 1050);
    assertThat(read.bytes()).isEqualTo(marked);
    assertThat(ImageFiles.read(marked, 1 << 20).pixels())
        .isEqualTo(ImageFiles.read(file, 1 << 20).pixels());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void storingAgainReplaces(String kind, byte[] file) throws IOException {
    MarkedFile once = MarkedFile.of(file).withXmp(PACKET).withManifest(new byte[9]);
    assertThat(once.withXmp("<b/>").withXmp(PACKET).withManifest(new byte[9]).bytes())
        .isEqualTo(once.bytes());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void aFileThatEndsEarlyIsRefused(String kind, byte[] file) {
    byte[] half = Arrays.copyOf(file, 30);
    assertThatThrownBy(() -> MarkedFile.of(half))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("picture: ");
  }

  @Test
  void aLargeManifestOfJpegIsSplit() throws IOException {
    byte[] file = CompressedFormat.JPEG.encode(Pictures.drawn(64, 1), 0.9);
    MarkedFile marked = MarkedFile.of(file).withManifest(new byte[150_000]);
    assertThat(marked.manifest().orElseThrow().length()).isEqualTo(150_000 + 2 * 8 + 3 * 12);
    assertThat(MarkedFile.of(marked.bytes()).manifest()).isEqualTo(marked.manifest());
  }

  @Test
  void otherFormatsAreRefused() {
    assertThatThrownBy(() -> MarkedFile.of("GIF89a".getBytes(UTF_8)))
        .hasMessage("picture: unknown format (expected: PNG, JPEG or WebP)");
  }
}
