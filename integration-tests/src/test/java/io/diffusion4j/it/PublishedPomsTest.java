package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The metadata in each POM, for users of the module without its sources. */
class PublishedPomsTest {
  private static final Path ROOT = Module.ROOT;
  private static final Pattern VERSION = Pattern.compile("[0-9].*");

  private static Element read(String module) throws Exception {
    return Poms.read(ROOT.resolve(module));
  }

  static List<String> modules() throws Exception {
    return Poms.texts(read("."), "module");
  }

  private static List<String> jars() throws Exception {
    List<String> jars = new ArrayList<>(modules());
    jars.removeIf(module -> isPom(module));
    return jars;
  }

  private static boolean isPom(String module) {
    try {
      return Poms.texts(read(module), "packaging").contains("pom");
    } catch (Exception e) {
      throw new IllegalStateException(module, e);
    }
  }

  @ParameterizedTest
  @MethodSource("modules")
  void haveANameAndADescription(String module) throws Exception {
    Element pom = read(module);
    assertThat(child(pom, "name")).isNotBlank();
    assertThat(child(pom, "description")).isNotBlank();
  }

  @Test
  void nameEachModuleAfterItsPackage() throws Exception {
    List<String> names = new ArrayList<>();
    for (String module : jars()) {
      List<String> said = Poms.texts(read(module), "module.name");
      assertThat(said).as(module).hasSize(1);
      Path sources = ROOT.resolve(module).resolve("src/main/java");
      boolean hasSeveral = module.endsWith("/apis") || module.endsWith("/serving-proto");
      if (Files.isDirectory(sources) && !hasSeveral) {
        assertThat(sources.resolve(said.get(0).replace('.', '/'))).isDirectory();
      }
      names.addAll(said);
    }
    assertThat(names).doesNotHaveDuplicates();
  }

  /** All POMs except those without a parent, which BomTest compares. */
  @ParameterizedTest
  @MethodSource("modules")
  void leaveVersionsOfLibrariesToThePlatform(String module) throws Exception {
    Element pom = read(module);
    if (module.endsWith("/bom") || module.endsWith("/dependencies")) {
      return;
    }
    var dependencies = pom.getElementsByTagName("dependency");
    for (int i = 0; i < dependencies.getLength(); i++) {
      assertThat(Poms.texts((Element) dependencies.item(i), "version")).isEmpty();
    }
  }

  @Test
  void writeTheVersionOfALibraryOnce() throws Exception {
    List<String> root = names(read("."), VERSION);
    assertThat(root)
        .doesNotContainAnyElementsOf(names(Module.named("dependencies").pom(), VERSION));
  }

  private static List<String> names(Element pom, Pattern value) {
    List<String> names = new ArrayList<>();
    var properties = pom.getElementsByTagName("properties").item(0).getChildNodes();
    for (int i = 0; i < properties.getLength(); i++) {
      Node property = properties.item(i);
      if (property instanceof Element && value.matcher(property.getTextContent()).matches()) {
        names.add(property.getNodeName());
      }
    }
    return names;
  }

  private static String child(Element of, String name) {
    for (Node node = of.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node.getNodeName().equals(name)) {
        return node.getTextContent();
      }
    }
    return "";
  }
}
