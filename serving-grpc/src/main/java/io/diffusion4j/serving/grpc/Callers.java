package io.diffusion4j.serving.grpc;

import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.BearerToken;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.auth.UnavailableAuthenticatorException;
import io.diffusion4j.serving.errors.Errors;
import io.grpc.Context;
import jakarta.inject.Inject;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the principal of a call by its header {@code authorization}. */
public final class Callers {
  private static final Logger LOG = LoggerFactory.getLogger(Callers.class);

  /** The principal of a call whose request was authenticated before, see {@link KnownCaller}. */
  static final Context.Key<Principal> KNOWN = Context.key("diffusion4j-known-caller");

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

  /**
   * The principal of a call whose request may have been authenticated by its headers.
   *
   * @throws io.grpc.StatusRuntimeException if the caller is not let in
   */
  Principal ofCall(String authorization, String callId) {
    Principal known = KNOWN.get();
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
    } catch (UnavailableAuthenticatorException e) {
      LOG.atWarn()
          .addKeyValue("request_id", callId)
          .log("{}: {}", e.getMessage(), String.valueOf(e.getCause()));
      throw Errors.authenticatorUnavailable(e);
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("request_id", callId).setCause(e).log("authenticator failed");
      throw Errors.internal(callId);
    }
  }
}
