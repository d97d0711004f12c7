package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** The verifier of the C2PA project, from npm, in a folder of the module's {@code target}. */
final class C2paVerifier {
  private static final Path SOURCES = Path.of("src/test/node");
  private static final Path FOLDER = Path.of("target/c2pa-verifier");

  private C2paVerifier() {}

  /** Installs the verifier once, or skips the test where Node.js or the package is unavailable. */
  private static void install() throws IOException, InterruptedException {
    if (Files.isDirectory(FOLDER.resolve("node_modules/@contentauth/c2pa-wasm"))) {
      return;
    }
    Files.createDirectories(FOLDER);
    for (String file : List.of("package.json", "package-lock.json", "verify.mjs")) {
      Files.copy(SOURCES.resolve(file), FOLDER.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    boolean installed;
    try {
      installed = start(List.of("npm", "ci", "--ignore-scripts", "--no-audit")).waitFor() == 0;
    } catch (IOException e) { // there is no npm
      installed = false;
    }
    assumeTrue(installed, "npm cannot install the verifier of C2PA, which is not asked");
  }

  private static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .directory(FOLDER.toFile())
        .redirectErrorStream(true)
        .redirectOutput(FOLDER.resolve("output").toFile())
        .start();
  }

  /**
   * Returns what the verifier reports of a file, as JSON.
   *
   * @param temporary for the files that it reads
   * @param anchors certificates of trusted authorities, as PEM
   */
  static String report(Path temporary, String type, byte[] file, List<byte[]> anchors)
      throws IOException, InterruptedException {
    install();
    Path picture = Files.write(temporary.resolve("picture"), file);
    var command =
        new ArrayList<>(List.of("node", "verify.mjs", picture.toAbsolutePath().toString(), type));
    for (byte[] anchor : anchors) {
      command.add(Files.write(temporary.resolve("anchor.pem"), anchor).toAbsolutePath().toString());
    }
    int status = start(command).waitFor();
    String output = Files.readString(FOLDER.resolve("output"), UTF_8);
    assertThat(status).as(output).isZero();
    return output;
  }
}
