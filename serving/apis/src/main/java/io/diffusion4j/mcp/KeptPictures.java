package io.diffusion4j.mcp;

import com.google.common.net.UrlEscapers;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.model.Palette;
import io.modelcontextprotocol.server.McpServerFeatures.AsyncResourceTemplateSpecification;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.BlobResourceContents;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceResult;
import io.modelcontextprotocol.spec.McpSchema.ResourceLink;
import io.modelcontextprotocol.spec.McpSchema.ResourceTemplate;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * Pictures by their URIs, as resources: those of the palette, and the last pictures that were
 * drawn, of which each principal sees its own. When all together are larger than a limit, those of
 * the principal with most of them give way. Thread-safe.
 */
final class KeptPictures {
  static final String PNG = "image/png";

  /** The beginning of all URIs. */
  static final String ROOT = "diffusion4j:/";

  private static final String DRAWN = ROOT + "pictures/";
  private static final String OWN = ROOT + "palette/";

  private final PrincipalShares<byte[]> kept;
  private final Optional<Palette> palette;

  /**
   * Creates an empty store.
   *
   * @param maxBytes the size of all files together
   */
  KeptPictures(long maxBytes, Optional<Palette> palette) {
    this.palette = palette;
    this.kept = new PrincipalShares<>(maxBytes, maxBytes);
  }

  /** Keeps a file and returns its URI. */
  String add(Principal principal, byte[] png) {
    String uri = DRAWN + UUID.randomUUID();
    kept.put(principal.name(), uri, png, png.length);
    return uri;
  }

  /** Returns a link to a picture of the palette. */
  static ResourceLink own(String name) {
    return link(OWN + UrlEscapers.urlPathSegmentEscaper().escape(name), name).build();
  }

  /** Returns a link to a picture. */
  static ResourceLink.Builder link(String uri, String name) {
    return ResourceLink.builder().uri(uri).name(name).mimeType(PNG);
  }

  /**
   * Returns the name of a picture of the palette.
   *
   * @throws IllegalArgumentException if this is no such URI
   */
  static Optional<String> ownName(String uri) {
    return Optional.of(uri)
        .filter(each -> each.startsWith(OWN))
        .map(each -> URI.create(each).getPath().substring(OWN.length() - ROOT.length() + 1));
  }

  /** Returns a file; empty if it is not kept any more, or not for this principal. */
  Optional<byte[]> get(Principal principal, String uri) {
    Optional<String> own = ownName(uri);
    return own.isPresent()
        ? palette
            .filter(present -> principal.has(Role.EMBED))
            .flatMap(present -> present.picture(own.get()))
        : kept.get(principal.name(), uri);
  }

  /** Returns the resources. */
  List<AsyncResourceTemplateSpecification> resources() {
    var drawn = resources(DRAWN, "picture", "A picture that a tool has drawn, with its recipe.");
    return palette.isEmpty()
        ? List.of(drawn)
        : List.of(drawn, resources(OWN, "palette", "A picture of the palette, by search."));
  }

  private AsyncResourceTemplateSpecification resources(
      String root, String name, String description) {
    return new AsyncResourceTemplateSpecification(
        ResourceTemplate.builder(root + "{id}", name)
            .description(description)
            .mimeType(PNG)
            .build(),
        (exchange, request) ->
            Mono.justOrEmpty(get(McpCall.of(exchange).principal(), request.uri()))
                .map(png -> contents(request.uri(), png))
                .switchIfEmpty(
                    Mono.error(
                        () ->
                            McpError.builder(ErrorCodes.RESOURCE_NOT_FOUND)
                                .message("uri: unknown (expected: that of a picture still kept)")
                                .build())));
  }

  private static ReadResourceResult contents(String uri, byte[] png) {
    var blob = BlobResourceContents.builder(uri, Base64.getEncoder().encodeToString(png));
    return ReadResourceResult.builder(List.of(blob.mimeType(PNG).build())).build();
  }
}
