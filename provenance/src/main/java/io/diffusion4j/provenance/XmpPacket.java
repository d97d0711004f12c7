package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Attr;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The XMP packet of a file (ISO 16684-1): the IPTC's {@code DigitalSourceType}, and the signed
 * statement if there is one.
 *
 * @param sourceType the term of the IPTC's vocabulary; empty if the packet has none
 * @param statement the statement; empty if it is missing or incomplete
 */
record XmpPacket(Optional<String> sourceType, Optional<SignedStatement> statement) {
  /** The term for pictures that a trained model drew. */
  static final String TRAINED_ALGORITHMIC_MEDIA =
      "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

  static final XmpPacket NONE = new XmpPacket(Optional.empty(), Optional.empty());

  private static final String IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
  private static final String OWN = "https://diffusion4j.io/provenance/1/";

  /** Returns the packet of a picture that a model drew. */
  static XmpPacket ofDrawn(Optional<SignedStatement> statement) {
    return new XmpPacket(Optional.of(TRAINED_ALGORITHMIC_MEDIA), statement);
  }

  /** Whether a trained model is declared to have drawn the picture. */
  boolean declaresModel() {
    return sourceType.filter(TRAINED_ALGORITHMIC_MEDIA::equals).isPresent();
  }

  /** Returns the packet as text; it is marked read-only, so it has no padding. */
  String text() {
    var text = new StringBuilder();
    text.append("<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n");
    text.append("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">");
    text.append("<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">");
    text.append("<rdf:Description rdf:about=\"\"");
    text.append(" xmlns:Iptc4xmpExt=\"").append(IPTC).append('"');
    statement.ifPresent(some -> text.append(" xmlns:d4j=\"").append(OWN).append('"'));
    sourceType.ifPresent(type -> attribute(text, "Iptc4xmpExt:DigitalSourceType", type));
    statement.ifPresent(
        signed -> {
          attribute(text, "d4j:Pixels", signed.statement().pixels());
          signed.statement().recipe().ifPresent(recipe -> attribute(text, "d4j:Recipe", recipe));
          attribute(text, "d4j:Key", signed.key());
          attribute(text, "d4j:Signature", Base64.getEncoder().encodeToString(signed.signature()));
        });
    text.append("/></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>");
    return text.toString();
  }

  private static void attribute(StringBuilder text, String name, String value) {
    text.append("\n ").append(name).append("=\"").append(value).append('"');
  }

  /** Reads a packet, which other programs may have rewritten; an invalid packet counts as empty. */
  static XmpPacket parse(String packet) {
    Element root;
    try {
      root = parser().parse(new ByteArrayInputStream(trimmed(packet))).getDocumentElement();
    } catch (SAXException | IOException e) {
      return NONE; // not XML
    }
    return new XmpPacket(property(root, IPTC, "DigitalSourceType"), statement(root));
  }

  /** Removes characters that XML does not allow around a document, such as a byte order mark. */
  private static byte[] trimmed(String packet) {
    int start = packet.indexOf('<');
    int end = packet.lastIndexOf('>');
    return packet
        .substring(Math.max(start, 0), Math.max(end + 1, Math.max(start, 0)))
        .getBytes(UTF_8);
  }

  private static DocumentBuilder parser() {
    try {
      var factory = DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder parser = factory.newDocumentBuilder();
      parser.setErrorHandler(null); // which would print
      return parser;
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("every JDK has a parser with these features", e);
    }
  }

  private static Optional<SignedStatement> statement(Element root) {
    Optional<String> pixels = property(root, OWN, "Pixels");
    Optional<String> key = property(root, OWN, "Key");
    Optional<byte[]> signature = property(root, OWN, "Signature").flatMap(XmpPacket::base64);
    if (pixels.isEmpty() || key.isEmpty() || signature.isEmpty()) {
      return Optional.empty();
    }
    var statement = new Statement(pixels.get(), property(root, OWN, "Recipe"));
    return Optional.of(new SignedStatement(statement, key.get(), signature.get()));
  }

  private static Optional<byte[]> base64(String text) {
    try {
      return Optional.of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns a property, which is an attribute or an element; the first one if there are several.
   */
  private static Optional<String> property(Element root, String namespace, String name) {
    NodeList all = root.getElementsByTagNameNS("*", "*");
    for (int i = 0; i < all.getLength(); i++) {
      Node node = all.item(i);
      Attr attribute = ((Element) node).getAttributeNodeNS(namespace, name);
      if (attribute != null) {
        return Optional.of(attribute.getValue().strip());
      }
      if (namespace.equals(node.getNamespaceURI()) && name.equals(node.getLocalName())) {
        return Optional.of(node.getTextContent().strip());
      }
    }
    return Optional.empty();
  }
}
