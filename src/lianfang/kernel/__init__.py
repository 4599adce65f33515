"""Pure parts that everything else stands on; standard library only. Importing it defines the shared error codes."""

from lianfang.kernel import errors_catalogue as errors_catalogue
