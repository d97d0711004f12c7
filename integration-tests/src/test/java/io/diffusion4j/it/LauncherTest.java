package io.diffusion4j.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The launcher of a checkout, with a Java and a Maven that only say how they were called. */
@Timeout(60)
class LauncherTest {
  private static final String DRAWS = "-Dquick=draw";
  private static final String ALL = "-Dquick=all";
  private static final String MAKES = "mkdir -p $t/lib; touch $t/lib/diffusion4j-cli-1.jar\n";

  @TempDir private Path folder = Path.of("");
  private Path checkout = Path.of("");
  private Path jdk = Path.of("");
  private Path calls = Path.of("");

  private record Ended(int status, String out, String err) {}

  @BeforeEach
  void write() throws IOException {
    assumeTrue(File.separatorChar == '/', "no shell");
    checkout = Files.createDirectories(folder.resolve("check out"));
    jdk = folder.resolve("jdk");
    calls = folder.resolve("calls");
    Files.createFile(calls);
    Files.copy(Module.ROOT.resolve("diffusion4j"), checkout.resolve("diffusion4j"));
    Files.createDirectories(checkout.resolve("module/src/main"));
    Files.writeString(checkout.resolve("pom.xml"), "");
    Files.writeString(checkout.resolve("module/src/main/A.java"), "");
    script(jdk.resolve("bin/java"), "for last; do :; done; echo \"drawn: $last\"\n");
    script(jdk.resolve("bin/javac"), "");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
    maven(MAKES);
  }

  private static void script(Path file, String lines) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + lines);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void maven(String lines) throws IOException {
    script(
        checkout.resolve("mvnw"),
        "echo \"$*\" >>'" + calls + "'; t=build/distribution/target\n" + lines);
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", checkout + "/diffusion4j"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().remove("ONEDNN_MAX_CPU_ISA");
    return builder.start();
  }

  private Ended run(String... arguments) throws Exception {
    return end(start(arguments));
  }

  private static Ended end(Process process) throws Exception {
    String err = new String(process.getErrorStream().readAllBytes(), UTF_8);
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), out, err);
  }

  private List<String> builds() throws IOException {
    return Files.readAllLines(calls);
  }

  /** What oneDNN is the engine of, by the processor that these tests run on. */
  private static String drawing() throws IOException {
    Path processors = Path.of("/proc/cpuinfo");
    boolean drawn =
        Files.exists(processors)
            && System.getProperty("os.arch").equals("amd64")
            && Pattern.compile(" avx2 ").matcher(Files.readString(processors)).find();
    return drawn ? DRAWS : ALL;
  }

  @Test
  void theFirstRunBuildsAndTheNextOnesStart() throws Exception {
    Ended first = run("generate", "a dog");
    assertThat(first.out()).isEqualTo("drawn: a dog\n");
    assertThat(first.err()).startsWith("diffusion4j: building what");
    assertThat(run("generate", "a cat")).isEqualTo(new Ended(0, "drawn: a cat\n", ""));
    assertThat(builds()).singleElement().asString().contains(drawing(), "-pl build/distribution");
  }

  @Test
  void whatDrawingDoesNotNeedIsBuiltAtItsFirstUse() throws Exception {
    run("generate", "a dog", "--steps", "5");
    run("plot", "schedules");
    run("serve");
    run("generate", "a dog", "--engine=tensorflow");
    assertThat(builds()).hasSize(drawing().equals(DRAWS) ? 2 : 1);
    assertThat(builds().get(builds().size() - 1)).contains(ALL);
  }

  @ParameterizedTest
  @CsvSource({"train,clip", "evaluate,--count=2", "serve,--model=folder", "generate,--animate=a"})
  void commandsThatNeedMoreBuildIt(String command, String argument) throws Exception {
    assertThat(run(command, argument).status()).isZero();
    assertThat(builds()).singleElement().asString().contains(ALL);
  }

  @Test
  void anEditedSourceIsBuiltAgainWithAllThatWasBuilt() throws Exception {
    run("train");
    Files.setLastModifiedTime(
        checkout.resolve("module/src/main/A.java"), FileTime.from(Instant.now().plusSeconds(9)));
    run("generate", "a dog");
    assertThat(builds()).hasSize(2).allMatch(call -> call.contains(ALL));
  }

  @Test
  void theBuildSaysHowFarItIs() throws Exception {
    Path seen = folder.resolve("seen");
    maven(
        "echo '[INFO] Downloaded from here: https://a/b.jar (1.5 MB at 2 MB/s)'\n"
            + "echo '[INFO] Downloaded from here: https://a/c.jar (700 kB at 2 MB/s)'\n"
            + "echo '[INFO] Building nn 0.1.0-SNAPSHOT        [7/30]'\n"
            + "until [ -e '"
            + seen
            + "' ]; do sleep 0.1; done\n"
            + MAKES);
    Process process = start("generate", "a dog");
    try (BufferedReader err = process.errorReader(UTF_8)) {
      String line = err.readLine();
      while (line != null && !line.contains("7 of 30")) {
        line = err.readLine();
      }
      assertThat(line).contains("building 7 of 30: nn, 2 MB downloaded, ");
      Files.createFile(seen);
      assertThat(process.waitFor()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Could not transfer artifact a:b:jar:1: Unknown host repository, network: Maven Central was"
        + " not",
    "Could not transfer artifact a:b:jar:1: Connection reset, network: Maven Central was not",
    "java.io.IOException: No space left on device, disk: full",
    "[ERROR] A.java:[1] not a statement, the build failed",
  })
  void aFailureIsOneLineAndTheNextRunGoesOn(String log, String said) throws Exception {
    maven("echo '" + log + "'; exit 1\n");
    Ended failed = run("generate", "a dog");
    assertThat(failed.status()).isEqualTo(1);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err().lines().filter(line -> line.contains(said)))
        .singleElement()
        .asString()
        .startsWith("diffusion4j: ");
    maven(MAKES);
    assertThat(run("generate", "a dog").status()).isZero();
  }

  @Test
  void ofTwoAtOnceOneBuilds() throws Exception {
    Path go = folder.resolve("go");
    maven("until [ -e '" + go + "' ]; do sleep 0.1; done\n" + MAKES);
    Process first = start("generate", "a dog");
    while (builds().isEmpty()) {
      Thread.sleep(20);
    }
    Process second = start("generate", "a cat");
    try (BufferedReader err = second.errorReader(UTF_8)) {
      assertThat(err.readLine())
          .isEqualTo("diffusion4j: process " + first.pid() + " builds here, waiting for it");
      Files.createFile(go);
      assertThat(second.waitFor()).isZero();
    }
    assertThat(end(first).status()).isZero();
    assertThat(builds()).hasSize(1);
  }

  @Test
  void theLockOfAKilledRunIsTaken() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Path target = Files.createDirectories(checkout.resolve("build/distribution/target"));
    Files.writeString(target.resolve("building"), gone.pid() + "\n");
    assertThat(run("generate", "a dog").status()).isZero();
    assertThat(target.resolve("building")).doesNotExist();
  }

  @Test
  void aFolderThatCannotBeWrittenIsRefused() throws Exception {
    Files.createDirectories(checkout.resolve("build"));
    Files.writeString(checkout.resolve("build/distribution"), "in the way");
    assertThat(run("generate", "a dog"))
        .isEqualTo(
            new Ended(
                1,
                "",
                "diffusion4j: build: "
                    + checkout.toRealPath()
                    + " cannot be written (expected: a folder in which the program can be"
                    + " built)\n"));
  }

  @Test
  void anOldJavaAndOneWithoutACompilerAreRefused() throws Exception {
    Files.delete(jdk.resolve("bin/javac"));
    assertThat(run("generate", "a dog").err()).contains("java: no compiler in " + jdk);
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    assertThat(run("generate", "a dog").err())
        .startsWith("diffusion4j: java: 11.0.2 at " + jdk)
        .hasLineCount(1);
    assertThat(builds()).isEmpty();
  }
}
