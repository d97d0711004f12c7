package io.diffusion4j.serving.grpc;

import io.diffusion4j.serving.auth.Principal;
import io.grpc.Metadata;
import java.io.InputStream;
import java.util.Optional;

/**
 * The metadata entry by which an HTTP interface passes the principal of its authenticated request
 * to its calls of the services in this process, so that the token is verified once.
 *
 * <p>The entry has no serialized form: within the process it refers to the principal itself. A
 * client that sends a header of this name therefore passes nobody.
 */
final class PrincipalMetadata {
  private static final Metadata.Key<Optional<Principal>> KEY =
      Metadata.Key.of("diffusion4j-caller-bin", new ByReference());

  private PrincipalMetadata() {}

  /** Adds a principal to the metadata of a call within this process. */
  static void add(Metadata metadata, Principal principal) {
    metadata.put(KEY, Optional.of(principal));
  }

  /** Returns the principal that this process added; empty if there is none. */
  static Optional<Principal> of(Metadata metadata) {
    Optional<Principal> passed = metadata.get(KEY);
    return passed == null ? Optional.empty() : passed;
  }

  /** An empty stream that refers to a principal. */
  private static final class Reference extends InputStream {
    private final Optional<Principal> principal;

    Reference(Optional<Principal> principal) {
      this.principal = principal;
    }

    @Override
    public int read() {
      return -1;
    }
  }

  /** Passes the reference, and reads nothing from the bytes of others. */
  private static final class ByReference
      implements Metadata.BinaryStreamMarshaller<Optional<Principal>> {
    @Override
    public InputStream toStream(Optional<Principal> principal) {
      return new Reference(principal);
    }

    @Override
    public Optional<Principal> parseStream(InputStream stream) {
      return stream instanceof Reference reference ? reference.principal : Optional.empty();
    }
  }
}
