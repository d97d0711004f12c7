package example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS) // the test runs what JBang prints by sh, as its launcher for Unix does
class ScriptsTest {
  /** JBang's answer for a program that its caller is to start. */
  private static final int RUN_THIS = 255;

  @TempDir private Path folder;

  @Test
  void aPictureAndAVariationAreDrawn() throws Exception {
    run("Draw.java", "a", "yellow", "banana");
    for (String name : List.of("picture.png", "variation.png")) {
      assertEquals(128, ImageIO.read(folder.resolve(name).toFile()).getWidth());
    }
  }

  @Test
  void twoPointsBecomeNoise() throws Exception {
    List<String> lines = run("Noise.java", "0", "999").lines().toList();
    assertEquals("t = 0", lines.get(0));
    assertTrue(lines.stream().anyMatch(line -> line.startsWith(" 1.00 " + "█".repeat(30))));
    int noise = lines.indexOf("t = 999");
    assertTrue(lines.get(noise + 9).startsWith(" 0.00 " + "█".repeat(38)), lines.get(noise + 9));
  }

  /** Runs a script as the shell function of JBang does, and returns what it printed. */
  private String run(String script, String... words) throws Exception {
    List<String> jbang = new ArrayList<>(List.of(java(), "-cp", classPath()));
    for (String name : List.of("maven.repo.local", "maven.repo.local.tail")) {
      jbang.add("-D" + name + "=" + System.getProperty(name));
    }
    jbang.add("dev.jbang.Main");
    if (Boolean.getBoolean("offline")) {
      jbang.add("--offline");
    }
    jbang.addAll(List.of("run", Path.of(System.getProperty("scripts"), script).toString()));
    jbang.addAll(List.of(words));
    String command = start(jbang, RUN_THIS).strip();
    return start(List.of("sh", "-c", command), 0);
  }

  private String start(List<String> command, int status) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    var builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("JBANG_DIR", folder.resolve("jbang").toString());
    builder.environment().put("JBANG_REPO", System.getProperty("maven.repo.local"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    int ended = builder.start().waitFor();
    assertEquals(status, ended, () -> command + "\n" + read(err) + read(out));
    return read(out);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(file + ": cannot be read", e);
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
