package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** The bill of materials lists every module for users, in the version of this build. */
class BomTest {
  /** Modules that only this build uses, the bill itself, and the platform around it. */
  private static final Set<String> OWN =
      Set.of("bom", "dependencies", "integration-tests", "distribution");

  private static Set<String> texts(Element from, String name) {
    return new TreeSet<>(Poms.texts(from, name));
  }

  @Test
  void hasEveryModuleThatIsMadeToBeUsed() throws Exception {
    var expected = new TreeSet<String>();
    for (Module module : Module.all().values()) {
      if (!OWN.contains(module.name())) {
        expected.add(module.artifact());
      }
    }
    var managed =
        (Element) Module.named("bom").pom().getElementsByTagName("dependencyManagement").item(0);
    Set<String> artifacts = texts(managed, "artifactId");
    artifacts.removeIf(artifact -> !artifact.startsWith("diffusion4j-"));
    assertThat(artifacts).isEqualTo(expected);
  }

  @Test
  void hasTheVersionOfTheBuild() throws Exception {
    String version =
        Module.named("bom").pom().getElementsByTagName("version").item(0).getTextContent();
    assertThat(texts(Module.named("cli").pom(), "version")).contains(version);
  }

  @Test
  void hasGrpcAndProtobufAsTheBuildHasThem() throws Exception {
    var managed =
        (Element) Module.named("bom").pom().getElementsByTagName("dependencyManagement").item(0);
    Element platform = Module.named("dependencies").pom();
    for (String library : Set.of("grpc", "protobuf")) {
      assertThat(texts(platform, library + ".version")).hasSize(1);
      assertThat(texts(managed, "version")).containsAll(texts(platform, library + ".version"));
    }
  }

  /** Both POMs have no parent, and a release writes the address into both. */
  @Test
  void hasTheAddressOfThePlatform() throws Exception {
    Set<String> address = texts(Module.named("bom").pom(), "project.address");
    assertThat(address)
        .hasSize(1)
        .isEqualTo(texts(Module.named("dependencies").pom(), "project.address"));
  }
}
