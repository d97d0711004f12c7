package io.diffusion4j.mcp;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.modelcontextprotocol.server.McpServerFeatures.AsyncResourceTemplateSpecification;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.BlobResourceContents;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceResult;
import io.modelcontextprotocol.spec.McpSchema.ResourceTemplate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * The last pictures that were drawn, by their URIs, as resources; each principal sees its own.
 * Those that were not used for the longest time give way when all together are larger than a limit.
 * Thread-safe.
 */
final class KeptPictures {
  /** The beginning of the URIs. */
  static final String ROOT = "diffusion4j:/pictures/";

  static final String PNG = "image/png";

  private final Cache<String, Kept> kept;

  /** A file of a principal. */
  private record Kept(String principal, byte[] png) {}

  /**
   * Creates an empty store.
   *
   * @param maxBytes the size of all files together
   */
  KeptPictures(long maxBytes) {
    kept =
        CacheBuilder.newBuilder()
            .concurrencyLevel(1) // more have a part of the size each
            .maximumWeight(maxBytes)
            .weigher((String uri, Kept file) -> file.png().length)
            .build();
  }

  /** Keeps a file and returns its URI. */
  String add(String principal, byte[] png) {
    String uri = ROOT + UUID.randomUUID();
    kept.put(uri, new Kept(principal, png));
    return uri;
  }

  /** Returns a file; empty if it is not kept any more, or another principal's. */
  Optional<byte[]> get(String principal, String uri) {
    return Optional.ofNullable(kept.getIfPresent(uri))
        .filter(file -> file.principal().equals(principal))
        .map(Kept::png);
  }

  /** Returns the resources. */
  AsyncResourceTemplateSpecification resources() {
    return new AsyncResourceTemplateSpecification(
        ResourceTemplate.builder(ROOT + "{id}", "picture")
            .description("A picture that a tool has drawn, with its recipe; the last are kept.")
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
