package io.diffusion4j.serving.grpc;

import com.google.rpc.Code;
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

/** The authentication of calls by their header {@code authorization}. Thread-safe. */
public final class Callers {
  private static final Logger LOG = LoggerFactory.getLogger(Callers.class);

  /**
   * The principal of a call whose HTTP request is authenticated already, see {@link
   * PrincipalContext}.
   */
  static final Context.Key<Principal> KNOWN = Context.key("diffusion4j-known-caller");

  private final Authenticator authenticator;

  /** Creates an authentication of calls by the given authenticator. */
  @Inject
  public Callers(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /**
   * Returns the principal of the call that this thread handles.
   *
   * @throws IllegalStateException if the thread handles no call
   */
  public static Principal ofPresentCall() {
    return CallContext.current().principal();
  }

  /**
   * Returns the principal of a call; does not authenticate again if its HTTP request was.
   *
   * @throws io.grpc.StatusRuntimeException if authentication fails
   */
  Principal ofCall(String authorization, String callId) {
    Principal known = KNOWN.get();
    return known == null ? of(authorization, callId) : known;
  }

  /**
   * Returns the principal of a call.
   *
   * @param authorization the header; empty if the call has none
   * @param callId the id under which a failure of the authenticator is logged
   * @throws io.grpc.StatusRuntimeException {@code UNAUTHENTICATED} for an invalid token, {@code
   *     UNAVAILABLE} or {@code INTERNAL} if the authenticator fails
   */
  public Principal of(String authorization, String callId) {
    try {
      return authenticator.authenticate(BearerToken.of(authorization));
    } catch (UnauthenticatedException e) {
      throw Errors.of(Code.UNAUTHENTICATED, e.reason(), String.valueOf(e.getMessage()));
    } catch (UnavailableAuthenticatorException e) {
      LOG.atWarn()
          .addKeyValue("request_id", callId)
          .log("{}: {}", e.getMessage(), String.valueOf(e.getCause()));
      throw Errors.AUTHENTICATOR_UNAVAILABLE.error(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("request_id", callId).setCause(e).log("authenticator failed");
      throw Errors.INTERNAL.error(callId);
    }
  }
}
