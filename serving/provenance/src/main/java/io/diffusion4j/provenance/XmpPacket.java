package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The XMP packet of a file (ISO 16684-1): the IPTC's {@code DigitalSourceType}, and the signed
 * statement if there is one.
 *
 * @param sourceType the term of the IPTC's vocabulary; empty if the packet has none
 * @param statement the statement; empty if it is missing or incomplete
 * @param foreign whether it also has properties that are not written here, or one of them twice
 */
record XmpPacket(
    Optional<String> sourceType, Optional<SignedStatement> statement, boolean foreign) {
  static final XmpPacket NONE = new XmpPacket(Optional.empty(), Optional.empty(), false);

  private static final String MAX_DEPTH =
      "http://www.oracle.com/xml/jaxp/properties/maxElementDepth";
  private static final String IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
  private static final String OWN = "https://diffusion4j.io/provenance/1/";

  private static final String SOURCE = IPTC + "DigitalSourceType";
  private static final Set<String> KNOWN =
      Set.of(
          SOURCE,
          OWN + "Pixels",
          OWN + "Recipe",
          OWN + "Parts",
          OWN + "Manifest",
          OWN + "Key",
          OWN + "Signature");

  /** The namespaces of syntax, which have no properties. */
  private static final Set<String> SYNTAX =
      Set.of(
          "adobe:ns:meta/",
          "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
          XMLConstants.XMLNS_ATTRIBUTE_NS_URI,
          XMLConstants.XML_NS_URI);

  /** Returns the packet of a picture that a model drew. */
  static XmpPacket ofDrawn(SourceType type, Optional<SignedStatement> statement) {
    return new XmpPacket(Optional.of(type.term()), statement, false);
  }

  /** Returns the declaration that a trained model drew the picture; empty if there is none. */
  Optional<SourceType> model() {
    return sourceType.flatMap(SourceType::of);
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
          signed
              .statement()
              .file()
              .ifPresent(
                  file -> {
                    attribute(text, "d4j:Parts", file.parts());
                    attribute(text, "d4j:Manifest", String.valueOf(file.manifest()));
                  });
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
    Map<String, String> properties = new HashMap<>();
    boolean foreign = !collect(root, properties);
    return new XmpPacket(
        Optional.ofNullable(properties.get(SOURCE)), statement(properties), foreign);
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
      factory.setAttribute(MAX_DEPTH, "64"); // texts of elements are read recursively
      DocumentBuilder parser = factory.newDocumentBuilder();
      parser.setErrorHandler(null); // which would print
      return parser;
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("every JDK has a parser with these features", e);
    }
  }

  private static Optional<SignedStatement> statement(Map<String, String> properties) {
    String pixels = properties.get(OWN + "Pixels");
    String key = properties.get(OWN + "Key");
    Optional<byte[]> signature =
        Optional.ofNullable(properties.get(OWN + "Signature")).flatMap(XmpPacket::base64);
    if (pixels == null || key == null || signature.isEmpty()) {
      return Optional.empty();
    }
    Optional<Statement.File> file =
        Optional.ofNullable(properties.get(OWN + "Parts"))
            .map(
                parts ->
                    new Statement.File(
                        properties.getOrDefault(SOURCE, ""),
                        parts,
                        Boolean.parseBoolean(properties.get(OWN + "Manifest"))));
    var recipe = Optional.ofNullable(properties.get(OWN + "Recipe"));
    return Optional.of(
        new SignedStatement(new Statement(pixels, recipe, file), key, signature.get()));
  }

  private static Optional<byte[]> base64(String text) {
    try {
      return Optional.of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Collects the known properties, which are attributes or elements, by namespace and name; of a
   * repeated one, the first counts.
   *
   * @return whether there is nothing else
   */
  private static boolean collect(Element root, Map<String, String> properties) {
    boolean known = true;
    NodeList all = root.getElementsByTagNameNS("*", "*");
    for (int i = -1; i < all.getLength(); i++) {
      Node element = i < 0 ? root : all.item(i);
      NamedNodeMap attributes = element.getAttributes();
      for (int a = 0; a < attributes.getLength(); a++) {
        known &= put(attributes.item(a), attributes.item(a).getNodeValue(), properties);
      }
      known &= put(element, element.getTextContent(), properties);
    }
    return known;
  }

  private static boolean put(Node node, String value, Map<String, String> properties) {
    String namespace = Objects.requireNonNullElse(node.getNamespaceURI(), "");
    String name = namespace + node.getLocalName();
    return SYNTAX.contains(namespace)
        || (KNOWN.contains(name) && properties.putIfAbsent(name, value.strip()) == null);
  }
}
