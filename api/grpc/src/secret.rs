//! Messages with secrets in them show nothing when they are printed.

use std::fmt;

use crate::proto::{
    ApiKeyCreated, CertificateCreate, CertificateExternalAccount, CertificateReplace, EnrolmentTokenCreated,
    InternalCertificateIssued, JoinTokenCreated, MemberCreate, PasswordReset, ProjectSecretCreate,
    ProjectSecretRotate,
};

macro_rules! hide {
    ($($message:ident),*) => {$(
        impl fmt::Debug for $message {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($message)).finish_non_exhaustive()
            }
        }
    )*};
}

hide!(
    ApiKeyCreated,
    CertificateCreate,
    CertificateExternalAccount,
    CertificateReplace,
    EnrolmentTokenCreated,
    InternalCertificateIssued,
    JoinTokenCreated,
    MemberCreate,
    PasswordReset,
    ProjectSecretCreate,
    ProjectSecretRotate
);
