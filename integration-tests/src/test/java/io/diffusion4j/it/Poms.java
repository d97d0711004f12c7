package io.diffusion4j.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/** POMs as XML, for tests of their contents. */
final class Poms {
  private Poms() {}

  /** Reads the POM in a folder. */
  static Element read(Path folder) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(folder.resolve("pom.xml").toFile())
        .getDocumentElement();
  }

  /** Returns the texts of all elements of this name, at any depth and in order. */
  static List<String> texts(Element from, String name) {
    List<String> texts = new ArrayList<>();
    var nodes = from.getElementsByTagName(name);
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }
}
