package io.diffusion4j.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.inject.util.Modules;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.PackagedModel;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.config.ServerConfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Projects of users, outside of this build and with no managed versions, resolve the modules and
 * draw.
 *
 * <p>One run of Maven builds all of {@code consumers} in a copy of that folder. Its local
 * repository holds the jars of this build, in front of the user's, which is only read. Projects
 * that are only clients find a server at the property {@code consumers.server}. Without jars, as in
 * {@code mvn test}, there is nothing to resolve and the test is skipped.
 */
@Tag("slow")
class ConsumersTest {
  private static final Path ROOT = Module.ROOT;
  private static final Path TARGET = Path.of("target/consumers").toAbsolutePath();
  private static final Path PROJECTS = TARGET.resolve("projects");
  private static final Path REPOSITORY = TARGET.resolve("repository");
  private static final Path LOG = TARGET.resolve("build.log");
  private static final String VERSION = "0.1.0-SNAPSHOT";

  static List<String> projects() throws Exception {
    return Poms.texts(Poms.read(Path.of("consumers")), "module");
  }

  @BeforeAll
  static void build() throws Exception {
    Path jar = Module.named("local").jar(VERSION);
    assumeTrue(Files.exists(jar), "no jars (expected: those of mvn verify)");
    String maven = System.getProperty("consumers.maven.home", "");
    assumeTrue(!maven.isEmpty(), "no Maven (expected: to be called by it)");
    if (Files.exists(PROJECTS)) {
      Folders.delete(PROJECTS);
    }
    Folders.copy(Path.of("consumers"), PROJECTS);
    fillRepository();
    String script = File.separatorChar == '\\' ? "mvn.cmd" : "mvn";
    List<String> command = new ArrayList<>();
    command.add(Path.of(maven, "bin", script).toString());
    command.addAll(List.of("-B", "-ntp", "-T1", "--fail-at-end"));
    if (System.getProperty("consumers.network", "").equals("offline: true")) {
      command.addAll(List.of("--offline", "-Doffline=true"));
    }
    command.add("-Dscripts=" + ROOT.resolve("docs/guide/scripts").toRealPath());
    command.add("-Dmaven.repo.local=" + REPOSITORY);
    command.add("-Dmaven.repo.local.tail=" + System.getProperty("consumers.repository"));
    command.add("test");
    var served = List.of(ServedModel.of(PackagedModel.unpack("emoji")));
    try (var models = LocalModels.load(served, OpenOptions.with(Residency.ALWAYS));
        var server = models.server(ServerConfig.loopback().withPort(0), Modules.EMPTY_MODULE)) {
      command.add("-Dconsumers.server=localhost:" + server.start().port());
      run(command);
    }
  }

  private static void run(List<String> command) throws Exception {
    var builder = new ProcessBuilder(command).directory(PROJECTS.toFile());
    builder.redirectErrorStream(true).redirectOutput(LOG.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(20, TimeUnit.MINUTES)).as("ended, see %s", LOG).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @MethodSource("projects")
  void draw(String project) throws Exception {
    Path folder = PROJECTS.resolve(project);
    assertThat(folder.resolve("target/surefire-reports"))
        .as("%s", lines(project))
        .isDirectoryContaining("glob:**.xml");
    try (Stream<Path> reports = Files.list(folder.resolve("target/surefire-reports"))) {
      for (Path report : reports.filter(file -> file.toString().endsWith(".xml")).toList()) {
        assertThat(Files.readString(report))
            .doesNotContain("<failure", "<error", "<skipped")
            .contains("<testcase");
      }
    }
  }

  /** Maven's output for a project, for the message. */
  private static String lines(String project) throws IOException {
    String log = Files.readString(LOG, UTF_8);
    return log.substring(Math.max(0, log.indexOf("example:" + project + " >")));
  }

  private static void fillRepository() throws Exception {
    put("diffusion4j", ROOT.resolve("pom.xml"), "pom");
    for (Module module : Module.all().values()) {
      put(module.artifact(), module.path().resolve("pom.xml"), "pom");
      if (Files.exists(module.jar(VERSION))) {
        put(module.artifact(), module.jar(VERSION), "jar");
      }
    }
  }

  private static void put(String artifact, Path file, String type) throws IOException {
    Path folder = REPOSITORY.resolve("io/diffusion4j").resolve(artifact).resolve(VERSION);
    Files.createDirectories(folder);
    Files.copy(file, folder.resolve(artifact + "-" + VERSION + "." + type), REPLACE_EXISTING);
  }
}
