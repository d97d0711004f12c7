package io.diffusion4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.spark.LocalSpark.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Generate} on Spark in this process, with the shipped model. */
@Tag("slow")
class GenerateTest {
  private static final String MODEL = LocalSpark.MODEL.toString();
  private static final List<String> PROMPTS =
      List.of("a red apple", "a dog on a blue background", "two cats", "a whale", "a small rocket");

  @SuppressWarnings("NullAway.Init")
  private static LocalSpark spark;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void start() {
    spark = new LocalSpark();
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  private Path prompts(String name, List<String> lines) throws IOException {
    return Files.write(folder.resolve(name), lines);
  }

  private static Ran generate(Path prompts, Object output, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--model", MODEL, "--decoder-steps", "2", "--prior-steps", "3"));
    arguments.addAll(List.of("--prompts", prompts.toString(), "--output", output.toString()));
    arguments.addAll(Arrays.asList(more));
    return LocalSpark.run(new Generate(), arguments.toArray(String[]::new));
  }

  /** Returns the bytes of a prompt's pictures, in order. */
  private static List<byte[]> pictures(List<Row> rows, String prompt) {
    return rows.stream()
        .filter(row -> prompt.equals(row.getAs("prompt")))
        .sorted((a, b) -> Integer.compare(a.getAs("image"), b.getAs("image")))
        .map(row -> row.<byte[]>getAs("png"))
        .toList();
  }

  private static Map<String, String> digests(List<Row> rows) {
    return rows.stream()
        .collect(
            Collectors.toMap(
                row -> row.getAs("id"), row -> row.getAs("sha256"), (a, b) -> a, TreeMap::new));
  }

  @Test
  void picturesHaveTheBytesThatTheCommandWrites() throws Exception {
    Path output = folder.resolve("out");
    Ran ran =
        generate(prompts("p.txt", PROMPTS), output, "--seed", "7", "--count", "2", "--rows", "3");
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out()).contains("10 pictures in " + output + ", 10 of them new; 0 rows");

    List<Row> rows = spark.rows(output, "id");
    List<String> command =
        new ArrayList<>(List.of("generate", "--model", MODEL, "--seed", "7", "--count", "2"));
    command.addAll(List.of("--decoder-steps", "2", "--prior-steps", "3"));
    command.addAll(List.of("--output", folder.resolve("one.png").toString()));
    command.addAll(List.of("a whale"));
    assertThat(io.diffusion4j.cli.Main.commandLine().execute(command.toArray(String[]::new)))
        .isZero();
    assertThat(pictures(rows, "a whale"))
        .containsExactly(
            Files.readAllBytes(folder.resolve("one-1.png")),
            Files.readAllBytes(folder.resolve("one-2.png")));
  }

  @Test
  void picturesDependNeitherOnPartitionsNorOnBatches() throws Exception {
    Path prompts = prompts("p.txt", PROMPTS);
    Map<String, String> first = Map.of();
    for (String[] division : new String[][] {{"1", "8"}, {"2", "1"}, {"3", "2"}}) {
      Path output = folder.resolve("out-" + division[0]);
      Ran ran = generate(prompts, output, "--partitions", division[0], "--rows", division[1]);
      assertThat(ran.status()).as(ran.err()).isZero();
      Map<String, String> digests = digests(spark.rows(output, "id"));
      assertThat(digests).hasSize(5);
      assertThat(first.isEmpty() || first.equals(digests)).as("%s", digests).isTrue();
      first = digests;
    }
  }

  @Test
  void aSecondRunDrawsWhatIsMissing() throws Exception {
    Path output = folder.resolve("out");
    generate(prompts("few.txt", PROMPTS.subList(0, 3)), output, "--seed", "1");
    Map<String, String> before = digests(spark.rows(output, "id"));

    Ran more = generate(prompts("all.txt", PROMPTS), output, "--seed", "1");
    assertThat(more.out()).contains("5 pictures in " + output + ", 2 of them new");
    assertThat(digests(spark.rows(output, "id"))).hasSize(5).containsAllEntriesOf(before);
    List<Path> files = list(output);

    Ran again = generate(prompts("all.txt", PROMPTS), output, "--seed", "1");
    assertThat(again.out()).contains("5 pictures in " + output + ", 0 of them new");
    assertThat(list(output)).isEqualTo(files);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void aTaskThatFailsIsRepeatedAndItsFilesAreThoseOfACalmRun() throws Exception {
    Path prompts = prompts("p.txt", PROMPTS);
    Path calm = folder.resolve("calm");
    assertThat(generate(prompts, calm, "--files").status()).isZero();
    Path flaky = Files.createDirectory(folder.resolve("flaky"));
    FlakyFileSystem.CREATED.set(0);
    Ran ran = generate(prompts, "flaky://" + flaky, "--files");
    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(FlakyFileSystem.CREATED.get()).as("files that were begun").isGreaterThan(5);
    List<Path> pngs = pngs(calm);
    assertThat(pngs).hasSize(5);
    for (Path png : pngs) {
      assertThat(flaky.resolve(calm.relativize(png))).hasSameBinaryContentAs(png);
    }
    assertThat(pngs(flaky)).hasSize(5);
  }

  private static List<Path> pngs(Path folder) throws IOException {
    return list(folder).stream().filter(file -> file.toString().endsWith(".png")).toList();
  }

  @Test
  void filesOfARunThatWasKilledAreNotDrawnAgain() throws Exception {
    Path prompts = prompts("p.txt", PROMPTS);
    Path output = folder.resolve("out");
    generate(prompts, output, "--files");
    Path one = pngs(output).get(0);
    byte[] bytes = Files.readAllBytes(one);
    Files.delete(one);
    Map<String, String> digests = digests(spark.rows(output.resolve("manifest"), "id"));
    for (Path file : list(output.resolve("manifest"))) {
      Files.delete(file);
    }
    Map<Path, Object> times = new TreeMap<>();
    for (Path png : pngs(output)) {
      times.put(png, Files.getLastModifiedTime(png));
    }
    Ran ran = generate(prompts, output, "--files");
    assertThat(ran.out()).contains("5 pictures in " + output + "/manifest, 5 of them new");
    assertThat(one).hasBinaryContent(bytes);
    assertThat(digests(spark.rows(output.resolve("manifest"), "id"))).isEqualTo(digests);
    for (Map.Entry<Path, Object> before : times.entrySet()) {
      assertThat(Files.getLastModifiedTime(before.getKey())).isEqualTo(before.getValue());
    }
  }

  @Test
  void columnsOverrideOptionsAndBadRowsAreReported() throws Exception {
    Path prompts =
        prompts(
            "p.csv",
            List.of(
                "prompt,seed,count,id",
                "a red apple,5,2,apple",
                "\"a cat, grey\",,,",
                ",,,nothing",
                "a dog,minus,,dog",
                "a dog,1,,../dog"));
    Path output = folder.resolve("out");
    Ran ran = generate(prompts, output, "--seed", "9");
    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("3 pictures in " + output + ", 6 of them new; 3 rows with an");
    List<Row> rows = spark.rows(output, "id");
    assertThat(rows.stream().filter(row -> "a red apple".equals(row.getAs("prompt"))))
        .extracting(row -> row.<String>getAs("id"), row -> row.<Long>getAs("seed"))
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("apple-1", 5L),
            org.assertj.core.groups.Tuple.tuple("apple-2", 5L));
    assertThat(rows.stream().filter(row -> "a cat, grey".equals(row.getAs("prompt"))))
        .extracting(row -> row.<Long>getAs("seed"))
        .containsExactly(9L);
    assertThat(LocalSpark.column(rows, "error"))
        .contains(
            "prompt: none (expected: some words)",
            "seed: minus (expected: an integer)",
            "id: ../dog (expected: up to 100 letters, digits, dots, hyphens and underscores)");
  }

  @Test
  void badOptionsEndTheJobWithOneLine() throws Exception {
    Path prompts = prompts("p.txt", PROMPTS);
    Path output = folder.resolve("out");
    assertThat(generate(prompts, output, "--decoder-steps", "0"))
        .isEqualTo(new Ran(2, "", "error: decoder-steps: 0 (expected: ≥ 1)\n"));
    assertThat(generate(prompts, output, "--decoder-schedule", "sideways").err())
        .startsWith("error: decoder-schedule: sideways (expected: one of ")
        .hasLineCount(1);
    assertThat(generate(folder.resolve("none.txt"), output).err())
        .isEqualTo(
            "error: prompts: %s (expected: a file or a folder)\n", folder.resolve("none.txt"));
    assertThat(generate(folder, output).err())
        .isEqualTo(
            "error: prompts: %s (expected: a name that ends in .parquet, .orc, .jsonl, .csv or"
                + " .txt)\n",
            folder);
    Path table = prompts("p.csv", List.of("text", "a dog"));
    assertThat(generate(table, output).err())
        .isEqualTo("error: prompts: %s, with the columns text (expected: prompt)\n", table);
    assertThat(output).doesNotExist();
  }
}
