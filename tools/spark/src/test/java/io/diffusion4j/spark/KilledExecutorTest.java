package io.diffusion4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.spark.LocalSpark.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@link Generate} on a cluster of two executors in processes of their own, one of which dies. */
@Tag("slow")
class KilledExecutorTest {
  private static final int PICTURES = 12;

  @TempDir private Path folder = Path.of("");

  @Test
  @Timeout(240)
  void anExecutorThatIsKilledCostsItsRowsOnly() throws Exception {
    List<String> prompts = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      prompts.add("a red apple number " + i);
    }
    Path table = Files.write(folder.resolve("p.txt"), prompts);
    Path calm = folder.resolve("calm");
    try (var spark = new LocalSpark()) {
      assertThat(spark.session().sparkContext().isLocal()).isTrue();
      assertThat(generate(table, calm).status()).isZero();
    }
    Path output = folder.resolve("out");
    try (var spark = cluster()) {
      var job = CompletableFuture.supplyAsync(() -> generate(table, output));
      while (pngs(output).isEmpty() && !job.isDone()) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      List<ProcessHandle> executors = executors();
      assertThat(executors).as("processes of executors").hasSize(2);
      executors.get(0).destroyForcibly();
      Map<Path, Object> before = new HashMap<>();
      for (Path png : pngs(output)) {
        before.put(png, Files.getLastModifiedTime(png));
      }
      Ran ran = job.get(200, TimeUnit.SECONDS);
      assertThat(ran.status()).as(ran.err()).isZero();
      assertThat(before).as("pictures at the time of death").hasSizeLessThan(PICTURES);
      assertThat(executors.get(0).isAlive()).isFalse();
      for (Map.Entry<Path, Object> one : before.entrySet()) {
        assertThat(Files.getLastModifiedTime(one.getKey())).isEqualTo(one.getValue());
      }
      assertThat(spark.rows(output.resolve("manifest"), "id")).hasSize(PICTURES);
    }
    List<Path> pngs = pngs(calm);
    assertThat(pngs).hasSize(PICTURES);
    assertThat(pngs(output)).hasSize(PICTURES);
    for (Path png : pngs) {
      assertThat(output.resolve(calm.relativize(png))).hasSameBinaryContentAs(png);
    }
  }

  private static Ran generate(Path prompts, Path output) {
    return LocalSpark.run(
        new Generate(),
        "--model",
        LocalSpark.MODEL.toString(),
        "--decoder-steps=2",
        "--prior-steps=3",
        "--rows=2",
        "--partitions=3",
        "--files",
        "--seed=3",
        "--prompts",
        prompts.toString(),
        "--output",
        output.toString());
  }

  /** Two executors of one core; they have the class path of this process. */
  private static LocalSpark cluster() throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new LocalSpark(
        SparkSession.builder()
            .master("local-cluster[2,1,1024]")
            .config("spark.executor.memory", "1g")
            .config("spark.executor.extraClassPath", classPath));
  }

  /** Returns the processes of the executors, whose arguments are too long for the system's list. */
  private static List<ProcessHandle> executors() {
    return ProcessHandle.current()
        .children()
        .filter(process -> process.info().command().orElse("").endsWith("java"))
        .toList();
  }

  private static List<Path> pngs(Path output) throws IOException {
    Path pictures = output.resolve("pictures");
    if (!Files.isDirectory(pictures)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(pictures)) {
      return files
          .filter(file -> file.getFileName().toString().matches("[^.].*\\.png"))
          .sorted()
          .toList();
    }
  }
}
