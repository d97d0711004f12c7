package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** The bill of materials lists every module for users, in the version of this build. */
class BomTest {
  private static final Path ROOT = Path.of("..");

  /** Modules that only this build uses, the bill itself, and the platform around it. */
  private static final Set<String> OWN =
      Set.of(
          "bom",
          "dependencies",
          "golden",
          "benchmarks",
          "integration-tests",
          "distribution",
          "container");

  private static Set<String> texts(Element from, String name) {
    return new TreeSet<>(Poms.texts(from, name));
  }

  @Test
  void hasEveryModuleThatIsMadeToBeUsed() throws Exception {
    var expected = new TreeSet<String>();
    for (String module : texts(Poms.read(ROOT), "module")) {
      if (!OWN.contains(module)) {
        expected.add("diffusion4j-" + module);
      }
    }
    var managed =
        (Element)
            Poms.read(ROOT.resolve("bom")).getElementsByTagName("dependencyManagement").item(0);
    Set<String> artifacts = texts(managed, "artifactId");
    artifacts.removeIf(artifact -> !artifact.startsWith("diffusion4j-"));
    assertThat(artifacts).isEqualTo(expected);
  }

  @Test
  void hasTheVersionOfTheBuild() throws Exception {
    String version =
        Poms.read(ROOT.resolve("bom")).getElementsByTagName("version").item(0).getTextContent();
    assertThat(texts(Poms.read(ROOT.resolve("cli")), "version")).contains(version);
  }

  @Test
  void hasGrpcAndProtobufAsTheBuildHasThem() throws Exception {
    var managed =
        (Element)
            Poms.read(ROOT.resolve("bom")).getElementsByTagName("dependencyManagement").item(0);
    Element platform = Poms.read(ROOT.resolve("dependencies"));
    for (String library : Set.of("grpc", "protobuf")) {
      assertThat(texts(platform, library + ".version")).hasSize(1);
      assertThat(texts(managed, "version")).containsAll(texts(platform, library + ".version"));
    }
  }

  /** Both POMs have no parent, and a release writes the address into both. */
  @Test
  void hasTheAddressOfThePlatform() throws Exception {
    Set<String> address = texts(Poms.read(ROOT.resolve("bom")), "project.address");
    assertThat(address)
        .hasSize(1)
        .isEqualTo(texts(Poms.read(ROOT.resolve("dependencies")), "project.address"));
  }
}
