package io.diffusion4j.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GoldenRootsTest {
  private static final String TRACE = "{\"scheduler\": \"DDIMScheduler\", \"steps\": 3}";

  @TempDir Path folder = Path.of("");

  private Path write(String file, String content) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, content);
  }

  private GoldenRoots roots(String... names) {
    return GoldenRoots.parse(String.join(File.pathSeparator, names), folder);
  }

  /** The only place that judges the roots, so that a wrong one fails once. */
  @Test
  @Tag("golden")
  void everyRootHasACase() {
    GoldenRoots.current().requireCases();
  }

  @Test
  void aRootWithoutACaseIsNamed() throws IOException {
    write("full/samplers/a/case.json", TRACE);
    write("empty/samplers/readme.json", "{}");
    roots("full").requireCases();
    assertThatThrownBy(() -> roots("full", "empty").requireCases())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "golden: " + folder.resolve("empty") + ": no case (expected: at least one of ")
        .hasMessageContaining("samplers/*/case.json");
    assertThatThrownBy(() -> roots("absent").requireCases())
        .hasMessageStartingWith(
            "golden: " + folder.resolve("absent") + ": no such folder (expected");
  }

  @Test
  void casesAreListedRootByRootAndNamedByTheirPaths() throws IOException {
    write("two/samplers/a/case.json", TRACE);
    write("one/samplers/c/case.json", TRACE);
    write("one/samplers/b/case.json", TRACE);
    write("one/samplers/b/deeper/case.json", TRACE);
    write("one/losses/b/case.json", "{\"loss\": \"MSE\"}");
    write("one/losses/c/case.json", "{}");
    write("one/schedules/respacing-30.json", "{}");
    var roots = roots("one", "two");
    assertThat(roots.cases(GoldenKind.SAMPLER).stream().map(GoldenCase::toString))
        .containsExactly("samplers/b", "samplers/c", "samplers/a");
    assertThat(roots.cases(GoldenKind.LOSS)).hasToString("[losses/b]");
    assertThat(roots.cases(GoldenKind.BOUND)).hasToString("[losses/c]");
    assertThat(roots.cases(GoldenKind.RESPACING)).hasToString("[schedules/respacing-30.json]");
    assertThat(roots.cases(GoldenKind.SAMPLER).get(0).json().get("steps").asInt()).isEqualTo(3);
  }

  @Test
  void aKindThatTheRootsDoNotHaveIsSkipped() throws IOException {
    write("one/samplers/a/case.json", TRACE);
    assertThat(GoldenCases.evaluate(roots("one"), GoldenKind.SAMPLER).isDisabled()).isFalse();
    var losses = GoldenCases.evaluate(roots("one"), GoldenKind.LOSS);
    assertThat(losses.isDisabled()).isTrue();
    assertThat(losses.getReason())
        .contains("LOSS: no losses/*/case.json in [" + folder.resolve("one") + "]");
  }

  @Test
  void aCaseTakesWhatItDoesNotHaveFromTheNearestEarlierRoot() throws IOException {
    for (String root : new String[] {"one", "two", "three"}) {
      write(root + "/samplers/a/case.json", TRACE);
    }
    Path first = write("one/samplers/a/weights", "1");
    Path second = write("two/samplers/a/weights", "2");
    write("three/samplers/a/later", "3");
    Path sibling = write("one/samplers/b/weights", "4");
    var cases = roots("one", "two", "three").cases(GoldenKind.SAMPLER);
    assertThat(cases.get(0).file("weights")).isEqualTo(first);
    assertThat(cases.get(1).file("weights")).isEqualTo(second);
    assertThat(cases.get(2).file("weights")).isEqualTo(second);
    assertThat(cases.get(2).file("../b/weights")).isEqualTo(sibling);
    assertThat(cases.get(2).file("../b")).isEqualTo(sibling.getParent());
    assertThatThrownBy(() -> cases.get(1).file("later"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "samplers/a: later: absent (expected: in its root or an earlier one, of "
                + List.of(folder.resolve("two"), folder.resolve("one"))
                + ")");
  }

  @Test
  void theConfigurationOfACaseCanBeCompleted() throws IOException {
    write("one/glide/a/case.json", "{\"constructor\": {\"dim\": 3}}");
    var golden = roots("one").cases(GoldenKind.GLIDE).get(0);
    assertThat(golden.config("constructor").put("groups", 2))
        .hasToString("{\"dim\":3,\"groups\":2}");
    assertThatThrownBy(() -> golden.config("config"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(golden.marker() + ": config: absent (expected: an object)");
  }

  /** A kind without a shipped case would be a test that never runs. */
  @ParameterizedTest
  @EnumSource
  void everyKindHasAShippedCase(GoldenKind kind) {
    assertThat(GoldenRoots.shipped().cases(kind)).isNotEmpty();
  }

  @Test
  void relativeRootsAreRelativeToTheFolderThatMavenWasCalledIn() {
    assertThat(roots("x", "/y", "../z").folders())
        .containsExactly(folder.resolve("x"), Path.of("/y"), folder.resolveSibling("z"));
    assertThat(System.getProperty(GoldenRoots.DIRECTORY, "")).isNotBlank();
  }

  @Test
  void theShippedRootsAreThoseOfTheRepository() {
    Path golden = Path.of("..", "integration-tests", "golden").toAbsolutePath().normalize();
    assertThat(GoldenRoots.shipped().folders())
        .startsWith(golden.resolve("fixtures"))
        .allMatch(root -> root.startsWith(golden));
    GoldenRoots.shipped().requireCases();
  }

  @Test
  void tensorsAreReadInEveryTypeThatCasesHave() throws IOException {
    String header =
        "{\"__metadata__\": {\"format\": \"pt\"},"
            + "\"f\": {\"dtype\": \"F32\", \"shape\": [1, 2, 1, 2], \"data_offsets\": [0, 16]},"
            + "\"d\": {\"dtype\": \"F64\", \"shape\": [], \"data_offsets\": [16, 24]},"
            + "\"l\": {\"dtype\": \"I64\", \"shape\": [1], \"data_offsets\": [24, 32]},"
            + "\"u\": {\"dtype\": \"U8\", \"shape\": [2, 1], \"data_offsets\": [32, 34]}}";
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + 34).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text);
    bytes.putFloat(1).putFloat(2).putFloat(-3).putFloat(4).putDouble(0.1).putLong(-7);
    bytes.put((byte) 255).put((byte) 1);
    Path file = Files.write(folder.resolve("io.safetensors"), bytes.array());
    var tensors = GoldenTensors.read(file);
    assertThat(tensors.names()).containsExactly("f", "d", "l", "u");
    assertThat(tensors.shape("f")).containsExactly(1, 2, 1, 2);
    assertThat(tensors.size("f", -3)).isEqualTo(2);
    assertThat(tensors.floats("f")).containsExactly(1, 2, -3, 4);
    assertThat(tensors.image("f")).containsExactly(1, -3, 2, 4);
    assertThat(tensors.largest("f")).isEqualTo(4);
    assertThat(tensors.values("d")).containsExactly(0.1);
    assertThat(tensors.ints("l")).containsExactly(-7);
    assertThat(tensors.bytes("u")).containsExactly(255, 1);
    assertThat(tensors.row("u", 1)).containsExactly(1);
    assertThat(tensors.has("x")).isFalse();
    assertThatThrownBy(() -> tensors.values("x"))
        .hasMessage(file + ": x (expected: one of [f, d, l, u])");
  }
}
