package io.diffusion4j.data.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.data.PictureSet;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders with links, and with files that are not read. */
class FoldersTest {
  private static final byte[] PICTURE = Png.encode(new Image(2, 2, new float[12]), Map.of());

  @TempDir Path folder = Path.of("");

  private Path write(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private Path write(String name, String text) throws IOException {
    return write(name, text.getBytes(UTF_8));
  }

  private Path link(String name, String target) throws IOException {
    Path link = folder.resolve(name);
    Files.createDirectories(link.getParent());
    return Files.createSymbolicLink(link, Path.of(target));
  }

  private PictureFiles open(String name) {
    return PictureFiles.open("data", List.of(folder.resolve(name).toString()), Columns.DEFAULT);
  }

  private static List<String> keys(PictureSet set) {
    return LongStream.range(0, set.size()).mapToObj(set::key).toList();
  }

  @Test
  void aLinkToAFolderIsTheFolder() throws IOException {
    write("pictures/a.png", PICTURE);
    write("pictures/a.txt", "one");
    link("link", "pictures");
    assertThat(keys(open("link"))).containsExactly("a.png");
    assertThat(open("link").captions(0)).containsExactly("one");
  }

  @Test
  void linksInFoldersAreFollowed() throws IOException {
    write("all/a.png", PICTURE);
    write("all/a.txt", "one");
    write("all/deep/b.png", PICTURE);
    link("some/x.png", "../all/a.png");
    link("some/x.txt", "../all/a.txt");
    link("some/deep", "../all/deep");
    link("some/deep/up", "..");
    link("some/gone.png", "nowhere.png");
    PictureFiles set = open("some");
    assertThat(keys(set)).startsWith("deep/b.png").contains("x.png");
    assertThat(set.captions(set.size() - 1)).containsExactly("one");
    assertThat(set.notRead().toString())
        .contains("1 behind dangling links")
        .contains("1 behind circular links");
  }

  @Test
  void aSnapshotOfACacheOfBlobsIsReadByItsList() throws IOException {
    write("blobs/0a", "file_name,text\nin/a.png,one\n");
    write("blobs/0b", PICTURE);
    link("snapshots/1/metadata.csv", "../../blobs/0a");
    link("snapshots/1/in/a.png", "../../../blobs/0b");
    PictureFiles set = open("snapshots/1");
    assertThat(keys(set)).containsExactly("in/a.png");
    assertThat(set.captions(0)).containsExactly("one");
    assertThat(set.image(0).width()).isEqualTo(2);
  }

  @Test
  void filesThatAreNotReadAreCountedByKind() throws IOException {
    write("a.png", PICTURE);
    write("a.txt", "one");
    write("new\nline.png", PICTURE);
    write("b.svg", "<svg/>");
    write("c.SVG", "<svg/>");
    write("d.heic", "x");
    write("e.txt", "without");
    write("f", "x");
    write(".hidden.svg", "x");
    PictureFiles set = open("");
    assertThat(keys(set)).containsExactly("a.png", "new\nline.png");
    assertThat(set.notRead())
        .hasToString("2 .svg, 1 .heic, 1 .txt without a picture, 1 without extension");
    write("metadata.csv", "file_name\na.png\n");
    assertThat(open("").notRead().toString()).contains("1 .png without a row");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "svg  | 2 .svg  | rsvg-convert -w 512 -b white NAME.svg -o NAME.png",
        "heic | 2 .heic | magick NAME.heic NAME.png"
      })
  void aFolderOfAnotherFormatIsRefusedWithAWayToConvertIt(
      String extension, String count, String command) throws IOException {
    write("a." + extension, "x");
    write("b." + extension, "x");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> open(""))
        .withMessage(
            "data: %s, %s (expected: a folder with %s files; convert others, for instance by %s)"
                .formatted(folder, count, PictureFiles.formats(), command));
  }

  @Test
  void gifIsNamedAmongTheFormats() {
    assertThat(PictureFiles.formats()).isEqualTo("PNG, JPEG, WebP or GIF");
  }

  @Test
  void aPathWithAWeightComesSeveralTimes() throws IOException {
    write("a/1.png", PICTURE);
    write("b/2.png", PICTURE);
    write("b/3.png", PICTURE);
    var paths = List.of(folder.resolve("a") + ":3", folder.resolve("b").toString());
    var set = PictureFiles.weighted("data", paths, Columns.DEFAULT);
    assertThat(keys(set.pictures())).containsExactly("1.png", "1.png", "1.png", "2.png", "3.png");
    assertThat(keys(set.files())).containsExactly("1.png", "2.png", "3.png");
    assertThat(set.pictures().image(4).width()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"0", "1001", "99999999999"})
  void aWeightOutOfRangeIsRefused(String weight) throws IOException {
    write("a/1.png", PICTURE);
    String path = folder.resolve("a") + ":" + weight;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PictureFiles.weighted("data", List.of(path), Columns.DEFAULT))
        .withMessage("data: %s (expected: a whole number of times from 1 to 1000)", path);
  }

  @Test
  void aFolderWhoseNameLooksLikeAWeightIsRead() throws IOException {
    write("a:2/1.png", PICTURE);
    var set =
        PictureFiles.weighted("data", List.of(folder.resolve("a:2").toString()), Columns.DEFAULT);
    assertThat(keys(set.pictures())).containsExactly("1.png");
  }
}
