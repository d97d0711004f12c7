package io.diffusion4j.serving.grpc;

import com.linecorp.armeria.common.RequestContext;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.BearerToken;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.errors.Errors;
import io.netty.util.AttributeKey;
import jakarta.inject.Inject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the principal of a call by its header {@code authorization}. */
public final class Callers {
  private static final Logger LOG = LoggerFactory.getLogger(Callers.class);

  private static final AttributeKey<Principal> KNOWN = AttributeKey.valueOf(Callers.class, "known");

  /**
   * Whether requests are authenticated before their calls, as over HTTP. In process there are none,
   * and no class of the HTTP server is loaded, as an application may have another Netty.
   */
  private static volatile boolean someAreKnown;

  private final Authenticator authenticator;

  /** The principals that an authenticator knows. */
  @Inject
  public Callers(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /**
   * The principal of the call that this thread handles.
   *
   * @throws IllegalStateException if it handles none
   */
  public static Principal ofPresentCall() {
    return CallContext.current().principal();
  }

  /** Remembers that the principal of a request is known, so that its token is not hashed again. */
  public static void areKnown(RequestContext request, Principal principal) {
    someAreKnown = true;
    request.setAttr(KNOWN, principal);
  }

  /**
   * The principal of a call whose request may have been authenticated by its headers.
   *
   * @throws io.grpc.StatusRuntimeException if the caller is not let in
   */
  Principal ofCall(String authorization, String callId) {
    if (!someAreKnown) {
      return of(authorization, callId);
    }
    RequestContext request = RequestContext.currentOrNull();
    Principal known = request == null ? null : request.attr(KNOWN);
    return known == null ? of(authorization, callId) : known;
  }

  /**
   * The principal of a call.
   *
   * @param authorization the header; empty if the call has none
   * @param callId under which a failure of the authenticator is logged
   * @throws io.grpc.StatusRuntimeException if the caller is not let in
   */
  public Principal of(String authorization, String callId) {
    try {
      return authenticator.authenticate(BearerToken.of(authorization));
    } catch (UnauthenticatedException e) {
      throw Errors.unauthenticated(e);
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("request_id", callId).setCause(e).log("authenticator failed");
      throw Errors.internal(callId);
    }
  }
}
