package io.diffusion4j.serving.grpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.JobServiceGrpc;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthGrpc;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Authenticates each call and checks the caller's role and model. Health checks need no token,
 * because probes have none.
 *
 * <p>The model of a request is its field {@code model}, as in all requests of the contract.
 */
final class AccessInterceptor implements ServerInterceptor {
  private static final Set<String> OPEN = Set.of(HealthGrpc.SERVICE_NAME);
  private static final Map<String, Role> ROLES =
      Map.of(
          GenerationServiceGrpc.SERVICE_NAME, Role.GENERATE,
          JobServiceGrpc.SERVICE_NAME, Role.GENERATE,
          EmbeddingServiceGrpc.SERVICE_NAME, Role.EMBED);

  private final Callers callers;
  private final Rights rights;

  @Inject
  AccessInterceptor(Callers callers, Rights rights) {
    this.callers = callers;
    this.rights = rights;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String service = String.valueOf(call.getMethodDescriptor().getServiceName());
    if (OPEN.contains(service)) {
      return next.startCall(call, headers);
    }
    CallContext about = CallContext.current();
    Principal principal;
    try {
      String header = Optional.ofNullable(headers.get(Credentials.AUTHORIZATION)).orElse("");
      principal = PrincipalMetadata.of(headers).orElseGet(() -> callers.ofCall(header, about.id()));
      about.isFrom(principal);
      Role role = ROLES.get(service);
      if (role != null) {
        Rights.requireRole(principal, role);
      }
    } catch (StatusRuntimeException e) {
      Errors.close(call, e);
      return new ServerCall.Listener<>() {};
    }
    return new ModelCheck<>(call, principal, next.startCall(call, headers));
  }

  /** Rejects a request for a model that the caller may not use, before the service receives it. */
  private final class ModelCheck<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final Principal principal;
    private boolean refused;

    ModelCheck(ServerCall<Q, ?> call, Principal principal, ServerCall.Listener<Q> next) {
      super(next);
      this.call = call;
      this.principal = principal;
    }

    @Override
    public void onMessage(Q message) {
      try {
        modelOf(message).ifPresent(name -> rights.requireModel(principal, name));
      } catch (StatusRuntimeException e) {
        refused = true;
        Errors.close(call, e);
        return;
      }
      super.onMessage(message);
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }
  }

  private static Optional<String> modelOf(Object message) {
    if (!(message instanceof Message request)) {
      return Optional.empty();
    }
    FieldDescriptor field = request.getDescriptorForType().findFieldByName("model");
    if (field == null || field.getJavaType() != FieldDescriptor.JavaType.STRING) {
      return Optional.empty();
    }
    return Optional.of((String) request.getField(field));
  }
}
